/** What an error of serialport means: it has no codes, only the text of the operating system. */
import { TransportError } from './transport.ts';

export function serialError(path: string, error: Error): TransportError {
  const text = error.message;
  if (/Cannot lock port|Resource temporarily unavailable|Device or resource busy/.test(text)) {
    return new TransportError(
      'busy',
      `${path} is used by another program`,
      'end the other program (fuser shows it)',
      error,
    );
  }
  if (/No such file|No such device/.test(text)) {
    return new TransportError(
      'no-such-device',
      `${path} does not exist`,
      'is the adapter plugged in? names under /dev/serial/by-path stay the same',
      error,
    );
  }
  if (/Inappropriate ioctl|Not a tty|Invalid argument/i.test(text)) {
    return new TransportError(
      'not-a-tty',
      `${path} is not a serial port, or cannot do this speed`,
      'check path and speed in the cluster list',
      error,
    );
  }
  if (/Permission denied/.test(text)) {
    return new TransportError(
      'other',
      `no permission to open ${path}`,
      'put the user of clusterd into the group that owns the port, often dialout',
      error,
    );
  }
  return new TransportError('other', `${path}: ${text}`, 'check the port', error);
}
