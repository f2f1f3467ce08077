/**
 * What a drill does to a cluster, and what undoes it. Plain data: a fault source carries it out, or a
 * person does, who is told `tellOf` in words.
 */
import { assertNever } from '../language/assert-never.ts';

/** Of one node. */
export type NodeFaultKind =
  | 'panic'
  | 'hang'
  | 'power-off'
  | 'power-on'
  | 'boot-by-hand'
  | 'break'
  | 'network-out'
  | 'network-in'
  | 'console-down'
  | 'console-up';

/** Of the whole cluster. */
export type SiteFaultKind =
  | 'swap-consoles'
  | 'unswap-consoles'
  | 'address-wrong'
  | 'address-right'
  | 'disk-off'
  | 'disk-on'
  | 'label-bad'
  | 'label-good'
  | 'root-broken'
  | 'root-good'
  | 'kill-daemon'
  | 'start-daemon';

export type FaultKind = NodeFaultKind | SiteFaultKind;

export type Fault =
  | { readonly kind: NodeFaultKind; readonly node: string }
  | { readonly kind: SiteFaultKind };

/** One line for programs and the report: `power-off n1`. */
export function formatFault(fault: Fault): string {
  return 'node' in fault ? `${fault.kind} ${fault.node}` : fault.kind;
}

/** What a person is asked to do. */
export function tellOf(fault: Fault): string {
  return 'node' in fault ? tellOfNode(fault.kind, fault.node) : tellOfSite(fault.kind);
}

function tellOfNode(kind: NodeFaultKind, node: string): string {
  switch (kind) {
    case 'panic':
      return `make the system on ${node} panic (Solaris: uadmin 5 1; or a debugger)`;
    case 'hang':
      return `make the system on ${node} hang: console, network, everything, without a message`;
    case 'power-off':
      return `cut the power of ${node}: all of its cords`;
    case 'power-on':
      return `give ${node} its power back`;
    case 'boot-by-hand':
      return `boot ${node} from the shared disk by hand, past clusterd: attach a terminal to its console`;
    case 'break':
      return `send a BREAK to ${node} past clusterd: power-cycle its terminal server's port`;
    case 'network-out':
      return `pull the network cables of ${node}; leave its console connected`;
    case 'network-in':
      return `plug the network cables of ${node} in again`;
    case 'console-down':
      return `cut the way to the console of ${node}: its terminal server's power or network`;
    case 'console-up':
      return `give the console of ${node} its way back`;
    default:
      return assertNever(kind);
  }
}

function tellOfSite(kind: SiteFaultKind): string {
  switch (kind) {
    case 'swap-consoles':
      return 'swap the two console cables';
    case 'unswap-consoles':
      return 'put the two console cables right again';
    case 'address-wrong':
      return 'give the active system another network address than its service address';
    case 'address-right':
      return 'give the active system its service address back';
    case 'disk-off':
      return 'cut the power of the first half of the mirrored disk';
    case 'disk-on':
      return 'give the disk its power back, and wait until the mirror is equal';
    case 'label-bad':
      return 'destroy the label of the first half of the mirrored disk (keep a copy of it)';
    case 'label-good':
      return 'write the label of the disk back';
    case 'root-broken':
      return 'make the root file system on the shared disk unbootable (keep a copy of it)';
    case 'root-good':
      return 'repair the root file system on the shared disk';
    case 'kill-daemon':
      return 'kill the daemon with SIGKILL';
    case 'start-daemon':
      return 'start the daemon again';
    default:
      return assertNever(kind);
  }
}
