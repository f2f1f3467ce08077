/**
 * Where a power device is and which outlet it switches, from the options of its agent: agents call
 * the same options by older and newer names. Called by check-power.ts, by the power adapter, which
 * asks one device by one agent at a time, and by the power of a node. Pure.
 */
import type { PowerDevice } from './cluster.ts';
import { consoleKey } from './console-place.ts';

/** For one call of an agent. */
export const WITHIN_MS_DEFAULT = 20_000;

export function levelOf(device: PowerDevice): number {
  return device.level ?? 1;
}

/** The host that the agent talks to, in small letters; null: none that can be read here. */
export function hostOfDevice(device: PowerDevice): string | null {
  const address = device.via?.address;
  if (address !== undefined) return 'host' in address ? address.host.toLowerCase() : null;
  return plainOption(device, ['ip', 'ipaddr'])?.toLowerCase() ?? null;
}

/** The TCP or UDP port of the device, as written; null: the agent's own. */
export function portOfDevice(device: PowerDevice): string | null {
  return plainOption(device, ['ipport']);
}

/** Which outlet of its device; '' where the device is for one machine. */
export function plugOfDevice(device: PowerDevice): string {
  const plug = plainOption(device, ['plug', 'port']) ?? '';
  const unit = plainOption(device, ['switch']) ?? '';
  return unit === '' ? plug : `${unit}:${plug}`;
}

/** For people: agent, host and outlet, as far as CList names them. */
export function nameOfDevice(device: PowerDevice): string {
  const agent = device.agent.slice(device.agent.lastIndexOf('/') + 1);
  const host = hostOfDevice(device);
  const plug = plugOfDevice(device);
  return `${agent}${host === null ? '' : ` ${host}`}${plug === '' ? '' : ` plug ${plug}`}`;
}

/**
 * Devices with the same key are one box. Many take one login at a time, whatever the outlet: they
 * are never asked by two agents at once.
 */
export function boxOfDevice(device: PowerDevice): string {
  if (device.via !== undefined) return consoleKey(device.via.address);
  const host = hostOfDevice(device);
  if (host !== null) return `${host} ${portOfDevice(device) ?? ''}`;
  const rest = device.options.filter(({ name }) => !PLUG_OPTIONS.includes(name));
  return `${device.agent} ${formatOptions(rest)}`;
}

/** Devices with the same key switch the same outlet, unless both name a port and these differ. */
export function outletOfDevice(device: PowerDevice): string {
  if (device.via !== undefined) return consoleKey(device.via.address);
  const host = hostOfDevice(device);
  if (host === null) return `${device.agent} ${formatOptions(device.options)}`;
  const named = device.options.filter(({ name }) => MACHINE_OPTIONS.includes(name));
  return `${host} ${plugOfDevice(device)} ${formatOptions(named)}`;
}

/** What some agents call one machine of several behind an address. */
const MACHINE_OPTIONS = ['systems_uri', 'systems-uri', 'uuid', 'nodename', 'managed', 'partition'];
const PLUG_OPTIONS = ['plug', 'port', 'switch', ...MACHINE_OPTIONS];

function formatOptions(options: PowerDevice['options']): string {
  return options
    .map(({ name, value }) => `${name}=${JSON.stringify(value)}`)
    .sort()
    .join(' ');
}

function plainOption(device: PowerDevice, names: readonly string[]): string | null {
  const value = device.options.find((option) => names.includes(option.name))?.value;
  return typeof value === 'string' ? value : null;
}
