/**
 * The few file operations that a journal needs, so that a simulated disk can stand in for the real
 * one. Promises, as POSIX makes them: what was written is there after `datasync` whatever happens;
 * a name that was made, renamed or removed is so after `sync`. Before that it may be, or may not.
 * Implemented by journal-disk.ts, by the simulation and by tests. Every operation may reject.
 */

/** A file opened for appending. The part of node's `FileHandle` that is used. */
export interface AppendFile {
  /** May take fewer bytes than it is given. */
  write(bytes: Uint8Array, offset: number, length: number): Promise<{ bytesWritten: number }>;
  datasync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** One directory; names are plain file names in it. */
export interface JournalDirectory {
  /** Where it is, for messages. */
  readonly path: string;
  /** Null: there is no such file. */
  read(name: string): Promise<Uint8Array | null>;
  /** Makes the file when it is missing. */
  open(name: string): Promise<AppendFile>;
  /** A new file; one that has this name goes. */
  create(name: string): Promise<AppendFile>;
  /** Replaces `to`, at once for whoever looks. */
  rename(from: string, to: string): Promise<void>;
  /** A second name for the same file. Rejects with EEXIST when it is taken. */
  link(from: string, to: string): Promise<void>;
  /** Nothing happens when there is no such file. */
  remove(name: string): Promise<void>;
  list(): Promise<readonly string[]>;
  sync(): Promise<void>;
}
