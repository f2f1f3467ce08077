/**
 * A person's terminal, or what stands in its place (a pipe): keys in, text out. Made by
 * process-screen.ts for the real process and by tests with strings.
 */
export interface Screen {
  /** A person sits there: keys come one by one, nothing is echoed. Else nothing is read. */
  readonly isTerminal: boolean;
  /**
   * `false`: it was taken, but nothing more should come before `onDrain`. Text is written as UTF-8.
   */
  write(text: string): boolean;
  /** Exactly these bytes, one per character. */
  writeBytes(latin1: string): boolean;
  /** Beside the text, where it is no terminal. */
  note(text: string): void;
  /** Once. From here on the terminal is raw; `end` puts it back. */
  begin(listener: ScreenListener): void;
  /** Stops this program as ^Z does, with the terminal as it was; goes on as it was. */
  suspend(): void;
  /** Puts the terminal back; safe at any time, any number of times. */
  end(): void;
}

export interface ScreenListener {
  /** Latin1, one character per byte. */
  keys(latin1: string): void;
  drained(): void;
  /** The program was stopped and goes on. */
  resumed(): void;
  /** Nobody wants more: a signal, or who read us has enough (`| head`). */
  enough(): void;
  /** The terminal is gone. */
  over(why: string): void;
}
