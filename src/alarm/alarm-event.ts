/** What happens to an alarm, as every sink is told it. */
export interface AlarmEvent {
  /** `repeated`: still raised, an hour after it was last told. */
  readonly kind: 'raised' | 'repeated' | 'cleared';
  readonly cluster: string;
  readonly alarm: string;
  readonly text: string;
  /** The command that the operator types next. */
  readonly type: string;
}

/** Takes events; must return at once and never throw. */
export interface AlarmEventSink {
  take(event: AlarmEvent): void;
}
