import type { Estimate } from './statistics.js';

/** Three significant digits, with thousands separators: 0.0543, 6.02, 148, 12,300. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return '—';
  const digits = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  const decimals = Math.min(8, Math.max(0, 2 - digits));
  return value.toLocaleString('en', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}

/** "6.02 (5.98 – 6.07)"; an interval without a bound is open: "31.2 (24.1 – …)". */
export function estimate({ value, low, high }: Estimate): string {
  if (low === null && high === null) return number(value);
  return `${number(value)} (${low === null ? '…' : number(low)} – ${high === null ? '…' : number(high)})`;
}

export function megabytes(bytes: number): string {
  return number(bytes / 1e6);
}

export function dollars(value: number | null): string {
  return value === null ? 'does not fit' : `$${value.toFixed(2)}`;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
