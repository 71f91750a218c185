/** A table as every kind of report shows it. */
export interface ReportTable {
  title: string;
  /** What is in it and how it was measured. */
  caption: string;
  head: string[];
  rows: string[][];
  /** Whether the last column is text. */
  prose?: true;
}
