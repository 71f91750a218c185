/** A table in a form for all kinds of reports. */
export interface ReportTable {
  title: string;
  /** Its content, and how it was measured. */
  caption: string;
  head: string[];
  rows: string[][];
  /** Whether the last column is text. */
  prose?: true;
}
