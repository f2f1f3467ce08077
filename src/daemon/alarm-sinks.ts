/**
 * The sinks that a site's CList names, each with its outbox. Made by the daemon; what a sink's trouble
 * means is for the caller. Knows every way to deliver; decides nothing.
 */
import { commandDelivery } from '../alarm/command-delivery.ts';
import type { Delivery } from '../alarm/delivery.ts';
import { mailDelivery } from '../alarm/mail-delivery.ts';
import { Outbox } from '../alarm/outbox.ts';
import { localSyslogDelivery, udpSyslogDelivery } from '../alarm/syslog-delivery.ts';
import { Turnstile } from '../alarm/turnstile.ts';
import { webhookDelivery } from '../alarm/webhook-delivery.ts';
import type { Secret } from '../clist/cluster.ts';
import { resolveSecret } from '../clist/secrets.ts';
import type { Site, SyslogTarget } from '../clist/site.ts';
import type { Clock } from '../clock/clock.ts';
import { runCommand } from '../transport/command.ts';

/** Raised about an `alarm-command`; the others are named after their key in CList. */
export const COMMAND_ALARM = 'clusterd:alarm-command';

/** Alarm commands that run at once, over all clusters. */
const COMMANDS_AT_ONCE_MAX = 16;
const WAITING_MAX_COMMAND = 32;
/** All clusters share these. */
const WAITING_MAX_SITE = 256;

export type OnTrouble = (alarm: string, text: string | null) => void;

export class AlarmSinks {
  readonly #clock: Clock;
  readonly #turnstile = new Turnstile(COMMANDS_AT_ONCE_MAX);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `argv`: program and arguments; empty: null. */
  command(argv: readonly string[], onTrouble: OnTrouble): Outbox | null {
    if (argv.length === 0) return null;
    const delivery = commandDelivery(argv, (request) => runCommand(request, this.#clock));
    return new Outbox({
      delivery,
      clock: this.#clock,
      ownAlarm: COMMAND_ALARM,
      waitingMax: WAITING_MAX_COMMAND,
      turnstile: this.#turnstile,
      onTrouble: (text) => onTrouble(COMMAND_ALARM, text),
    });
  }

  /** Mail, syslog and webhooks, in the order of CList's keys. */
  ofSite(site: Site, onTrouble: OnTrouble): readonly Outbox[] {
    const mails = site.alarmMail.map((target) => mailDelivery(target, reveal));
    const syslogs = site.alarmSyslog.map((target) => this.#syslog(target));
    const webhooks = site.alarmWebhook.map((target) => webhookDelivery(target, reveal));
    return [
      ...this.#outboxes('clusterd:alarm-mail', mails, onTrouble),
      ...this.#outboxes('clusterd:alarm-syslog', syslogs, onTrouble),
      ...this.#outboxes('clusterd:alarm-webhook', webhooks, onTrouble),
    ];
  }

  #syslog(target: SyslogTarget): Delivery {
    if (target.kind === 'udp') return udpSyslogDelivery(target.host, target.port, this.#clock);
    return localSyslogDelivery((request) => runCommand(request, this.#clock));
  }

  /** The second one of a kind is called `clusterd:alarm-mail-2`. */
  #outboxes(name: string, deliveries: readonly Delivery[], onTrouble: OnTrouble): Outbox[] {
    return deliveries.map((delivery, index) => {
      const ownAlarm = index === 0 ? name : `${name}-${index + 1}`;
      return new Outbox({
        delivery,
        clock: this.#clock,
        ownAlarm,
        waitingMax: WAITING_MAX_SITE,
        turnstile: null,
        onTrouble: (text) => onTrouble(ownAlarm, text),
      });
    });
  }
}

function reveal(secret: Secret): string {
  return resolveSecret(secret).reveal();
}
