import type { NamedBytes } from '../index.ts';
import type { ExportedFile } from '../viewer/index.ts';

/** What a person dropped or chose, by what it is for. */
export interface Sorted {
  scans: NamedBytes[];
  /** Parameters of Matrix scans, which lie in a file of their own. */
  companions: NamedBytes[];
  sessions: NamedText[];
  libraries: NamedText[];
  /** Tables of labelled examples. */
  examples: NamedText[];
}

export interface NamedText {
  name: string;
  text: string;
}

export async function sortFiles(files: Iterable<File>): Promise<Sorted> {
  const sorted: Sorted = { scans: [], companions: [], sessions: [], libraries: [], examples: [] };
  for (const file of files) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const { name } = file;
    const format = jsonFormat(bytes);
    if (format === 'adatom-session') sorted.sessions.push({ name, text: textOf(bytes) });
    else if (format === 'adatom-class-library') {
      sorted.libraries.push({ name, text: textOf(bytes) });
    } else if (isTable(name, bytes)) sorted.examples.push({ name, text: textOf(bytes) });
    else if (/\.mtrx$/i.test(name)) sorted.companions.push({ name, bytes });
    else sorted.scans.push({ name, bytes });
  }
  return sorted;
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** The field `format` of a JSON file, undefined for any other file. */
function jsonFormat(bytes: Uint8Array): string | undefined {
  if (bytes[0] !== 0x7b) return undefined;
  return /"format"\s*:\s*"([^"]*)"/.exec(textOf(bytes.subarray(0, 200)))?.[1];
}

/** By its header, or by its name: one without the columns needed is to say so. */
function isTable(name: string, bytes: Uint8Array): boolean {
  return /\.csv$/i.test(name) || /^.*\bx_px\b/i.test(textOf(bytes.subarray(0, 200)));
}

/** Everything dropped, with the files inside folders. */
export async function filesOfDrop(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return [...transfer.files];
  return (await Promise.all(entries.map(filesOfEntry))).flat();
}

async function filesOfEntry(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
    return [file];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const all: File[] = [];
  // A reader gives a folder's entries some at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) return all;
    for (const one of some) all.push(...(await filesOfEntry(one)));
  }
}

/** Hand a file to the person. */
export function download({ name, type, content }: ExportedFile): void {
  const url = URL.createObjectURL(new Blob([content as BlobPart], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
