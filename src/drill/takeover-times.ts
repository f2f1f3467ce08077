/**
 * How long each part of a takeover took, from the fault on, out of the cluster's own story. Called
 * when a case has seen its takeover or restart. Pure.
 */
import type { Happening } from '../history/happening.ts';
import { entriesOf, type Incident } from '../history/incident.ts';
import { phasesOf } from '../history/phases.ts';

/** Milliseconds since the fault; null: nothing tells. */
export interface TakeoverTimes {
  readonly fault: string;
  readonly node: string;
  /** The cluster left its calm state. */
  readonly noticedMs: number | null;
  /** The lost node stood at its firmware prompt. */
  readonly heldMs: number | null;
  /** It was proven unable to run. */
  readonly provenMs: number | null;
  readonly bootTypedMs: number | null;
  readonly serviceMs: number | null;
  readonly loginMs: number | null;
}

export function timesOf(
  happenings: readonly Happening[],
  fault: string,
  faultWall: number,
  node: string,
): TakeoverTimes {
  const incident = incidentOf(happenings, node);
  const none = { noticedMs: null, heldMs: null, provenMs: null, bootTypedMs: null };
  if (incident === null) return { fault, node, ...none, serviceMs: null, loginMs: null };
  const phases = phasesOf(incident);
  const shift = incident.startWall - faultWall;
  const since = (ms: number | null) => (ms === null ? null : ms + shift);
  return {
    fault,
    node,
    noticedMs: shift,
    heldMs: since(phases.atPromptMs),
    provenMs: since(phases.provenMs),
    bootTypedMs: since(phases.bootTypedMs ?? phases.bootWrittenMs),
    serviceMs: serviceMs(happenings, node, faultWall),
    loginMs: since(phases.loginMs),
  };
}

/** The first one in which this node was booted. */
function incidentOf(happenings: readonly Happening[], node: string): Incident | null {
  const incidents = entriesOf(happenings).flatMap((entry) =>
    entry.kind === 'incident' ? [entry.incident] : [],
  );
  return incidents.find(({ happenings: all }) => all.some((one) => boots(one, node))) ?? null;
}

/** Since the fault; the service may answer when the incident is over already. */
function serviceMs(
  happenings: readonly Happening[],
  node: string,
  faultWall: number,
): number | null {
  const booted = happenings.findIndex((one) => boots(one, node));
  if (booted < 0) return null;
  const back = happenings
    .slice(booted)
    .find(({ what }) => what.kind === 'seen' && what.what === 'service address alive');
  return back === undefined ? null : back.wall - faultWall;
}

export function boots({ what }: Happening, node: string): boolean {
  return what.kind === 'deed' && what.deed === 'boot' && what.node === node;
}
