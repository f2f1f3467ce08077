/**
 * Wall-clock times as text, with the last second kept: thousands of records carry the same one.
 * Called for every line of every log. Milliseconds since 1970 in, text out.
 */

/** `2026-11-22T16:20:31.482Z`, for records that programs read. */
export function formatUtc(wall: number): string {
  const ms = Math.floor(wall);
  const second = Math.floor(ms / 1000);
  if (second !== utc.second) {
    utc.second = second;
    utc.text = new Date(second * 1000).toISOString().slice(0, -4);
  }
  return `${utc.text}${MILLISECONDS[ms - second * 1000]}Z`;
}

/** `2026-11-22 16:20:31.482`, local time, for people. */
export function formatLocal(wall: number): string {
  const ms = Math.floor(wall);
  const second = Math.floor(ms / 1000);
  if (second !== local.second) {
    local.second = second;
    local.text = formatLocalSecond(new Date(second * 1000));
  }
  return `${local.text}${MILLISECONDS[ms - second * 1000]}`;
}

const utc = { second: Number.NaN, text: '' };
const local = { second: Number.NaN, text: '' };

const MILLISECONDS: readonly string[] = Array.from({ length: 1000 }, (_, ms) =>
  String(ms).padStart(3, '0'),
);

function formatLocalSecond(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.`;
}
