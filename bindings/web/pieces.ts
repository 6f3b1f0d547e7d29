/** Bytes that the page copies at a time, a few milliseconds' worth: more at once would freeze it. */
const PIECE = 4 << 20;

/** Bytes on their way to a worker: a piece, and where it belongs. */
export interface Piece {
  /** Which of the request's files. */
  file: number;
  at: number;
  /** Bytes of the whole file. */
  of: number;
  bytes: Uint8Array;
}

/** Hands large bytes over piece by piece, each a copy of its own; whole when they are small. */
export async function sendInPieces(
  files: readonly Uint8Array[],
  send: (piece: Piece) => Promise<void>,
): Promise<void> {
  for (const [file, bytes] of files.entries()) {
    // An empty file has a piece too.
    for (let at = 0; at === 0 || at < bytes.length; at += PIECE) {
      await send({ file, at, of: bytes.length, bytes: bytes.slice(at, at + PIECE) });
    }
  }
}

/** Whether a request's files are worth sending in pieces. */
export function areLarge(files: readonly Uint8Array[]): boolean {
  return files.some(({ length }) => length > PIECE);
}

/** The worker's side: puts pieces together. */
export class Inbox {
  private files: Uint8Array[] = [];

  receive({ file, at, of, bytes }: Piece): void {
    this.files[file] ??= new Uint8Array(of);
    this.files[file].set(bytes, at);
  }

  /** What has arrived; the inbox is empty afterwards. */
  take(): Uint8Array[] {
    const { files } = this;
    this.files = [];
    return files;
  }
}
