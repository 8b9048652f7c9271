// Spans of time, sizes and hashes as short text in the viewer's language.

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Unit = "second" | "minute" | "hour" | "day";

function inUnit(value: number, unit: Unit, locale: string, unitDisplay: "short" | "narrow" | "long"): string {
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay, maximumFractionDigits: 0 }).format(value);
}

/** The largest unit that fits, alone: "6 days". */
export function roughSpan(seconds: number, locale: string, display: "narrow" | "long" = "long"): string {
  if (seconds >= DAY) return inUnit(Math.floor(seconds / DAY), "day", locale, display);
  if (seconds >= HOUR) return inUnit(Math.floor(seconds / HOUR), "hour", locale, display);
  if (seconds >= MINUTE) return inUnit(Math.floor(seconds / MINUTE), "minute", locale, display);
  return inUnit(Math.max(0, Math.floor(seconds)), "second", locale, display);
}

/** The two largest units that matter: "1 hr 5 min", "48 sec". */
export function span(seconds: number, locale: string): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts: [number, Unit][] = [
    [Math.floor(whole / DAY), "day"],
    [Math.floor((whole % DAY) / HOUR), "hour"],
    [Math.floor((whole % HOUR) / MINUTE), "minute"],
    [whole % MINUTE, "second"],
  ];
  const first = parts.findIndex(([value]) => value > 0);
  if (first === -1) return inUnit(0, "second", locale, "short");
  return parts
    .slice(first, first + 2)
    .filter(([value]) => value > 0)
    .map(([value, unit]) => inUnit(value, unit, locale, "short"))
    .join(" ");
}

/** Bytes in the unit that leaves one to three digits before the point; powers of ten, as disks are sold. */
export function bytes(size: number, locale: string): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
  const power = size < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(size) / 3));
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: units[power],
    // Short, English has no plural of a byte.
    unitDisplay: power === 0 ? "long" : "short",
    maximumFractionDigits: power === 0 ? 0 : 1,
  }).format(size / 1000 ** power);
}

/** Enough of a hash to tell adapters apart by eye; the whole is always one click away. */
export function shortHash(sha256: string): string {
  return sha256.slice(0, 6);
}

/** "r7 · 3f9a2c"; a release of the bare base model has no hash. */
export function releaseName(release: { number: number; adapterSha256: string | null }): string {
  return release.adapterSha256 ? `r${release.number} · ${shortHash(release.adapterSha256)}` : `r${release.number}`;
}

/** With its first letter large, as a label begins; a script without cases stays as it is. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
