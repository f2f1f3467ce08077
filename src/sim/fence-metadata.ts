/** What the fence agent of the simulator says about itself, in the format of the fence agent API. */

const parameter = (name: string, getopt: string, required: boolean, text: string): string =>
  [
    `\t<parameter name="${name}" unique="0" required="${required ? 1 : 0}">`,
    `\t\t<getopt mixed="${getopt}" />`,
    '\t\t<content type="string" />',
    `\t\t<shortdesc lang="en">${text}</shortdesc>`,
    '\t</parameter>',
  ].join('\n');

const action = (name: string): string => `\t<action name="${name}" />`;

export const FENCE_METADATA = [
  '<?xml version="1.0" ?>',
  '<resource-agent name="clusterd-sim" shortdesc="Fence agent for the clusterd simulator" >',
  '<longdesc>Switches outlets of the simulated power switch of clusterd-sim.</longdesc>',
  '<parameters>',
  parameter('action', '-o, --action=[action]', true, 'Fencing action'),
  parameter('ip', '-a, --ip=[ip]', false, 'Address of the power switch'),
  parameter('ipport', '-u, --ipport=[port]', true, 'TCP port of the power switch'),
  parameter('plug', '-n, --plug=[id]', true, 'Name of the outlet'),
  parameter('power_timeout', '--power_timeout=[seconds]', false, 'Seconds to wait for an answer'),
  '</parameters>',
  '<actions>',
  ...['on', 'off', 'reboot', 'status', 'list', 'monitor', 'metadata', 'validate-all'].map(action),
  '</actions>',
  '</resource-agent>',
  '',
].join('\n');
