/** Reads a row that a statement answered as one text: its columns in turn, parted by spaces. */
export class Columns {
  private start = 0;

  constructor(private readonly text: string) {}

  next(): string {
    const end = this.text.indexOf(" ", this.start);
    // As of a column that was null, which `concat_ws` leaves out.
    if (end < 0) throw new Error("a row has too few columns");
    const column = this.text.slice(this.start, end);
    this.start = end + 1;
    return column;
  }

  number(): number {
    return Number(this.next());
  }

  /** The last column, in which there may be spaces. */
  rest(): string {
    return this.text.slice(this.start);
  }
}
