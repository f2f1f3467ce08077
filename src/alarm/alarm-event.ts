/** What happens to an alarm, as every sink is told it. Made by the alarm boards and by test alarms. */
export interface AlarmEvent {
  /**
   * `repeated`: still raised, an hour after it was last told. `acknowledged`: a person knows, it is
   * not repeated. `test`: nothing happened; who does not get it knows that the way is broken.
   */
  readonly kind: 'raised' | 'repeated' | 'cleared' | 'acknowledged' | 'test';
  /** The cluster, or `SITE` when it is about the daemon itself. */
  readonly cluster: string;
  readonly alarm: string;
  readonly text: string;
  /** The command that the operator types next. */
  readonly type: string;
  /** When this happened, milliseconds since 1970: it may be told much later. */
  readonly wall: number;
  /** Who acknowledged it, and what else he said; null for every other kind. */
  readonly acknowledged: { readonly by: string; readonly note: string } | null;
}

/** Stands where alarms of a cluster have its name. */
export const SITE = 'site';

/** Takes events; must return at once and never throw. */
export interface AlarmEventSink {
  take(event: AlarmEvent): void;
}
