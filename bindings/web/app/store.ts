import type { NamedBytes } from '../index.ts';

/** Work on one scan as the browser keeps it. */
export interface SavedSession {
  /** Of the scan's file. */
  sha256: string;
  file: string;
  /** Milliseconds since 1970. */
  savedAt: number;
  /** Labels and classes in it, for the list. */
  labels: number;
  /** A session file's text. */
  text: string;
}

const NAME = 'adatom';
/** Sessions kept; the oldest go first. */
const MOST_SESSIONS = 30;
/** Scans larger than this are not kept themselves, bytes: their sessions wait until they are opened again. */
const MOST_BYTES = 100 * 1024 * 1024;

/** The browser's own storage: sessions, and the scans that they belong to. */
export class Store {
  private readonly database: IDBDatabase;

  private constructor(database: IDBDatabase) {
    this.database = database;
  }

  /** Undefined where the browser allows no storage. */
  static async open(): Promise<Store | undefined> {
    try {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore('sessions', { keyPath: 'sha256' });
        request.result.createObjectStore('scans', { keyPath: 'sha256' });
      };
      return new Store(await done(request));
    } catch {
      return undefined;
    }
  }

  /** The newest first. */
  async sessions(): Promise<SavedSession[]> {
    const all: SavedSession[] = await done(this.objects('sessions', 'readonly').getAll());
    return all.sort((a, b) => b.savedAt - a.savedAt);
  }

  async session(sha256: string): Promise<SavedSession | undefined> {
    return done(this.objects('sessions', 'readonly').get(sha256));
  }

  async save(session: SavedSession): Promise<void> {
    await done(this.objects('sessions', 'readwrite').put(session));
    for (const { sha256 } of (await this.sessions()).slice(MOST_SESSIONS))
      await this.forget(sha256);
  }

  /** The scan and its companions; false when it is too large to keep. */
  async keepScan(sha256: string, files: readonly NamedBytes[]): Promise<boolean> {
    if (files.reduce((sum, { bytes }) => sum + bytes.length, 0) > MOST_BYTES) return false;
    await done(this.objects('scans', 'readwrite').put({ sha256, files }));
    return true;
  }

  /** The scan first, then its companions; undefined when it was not kept. */
  async scan(sha256: string): Promise<NamedBytes[] | undefined> {
    const kept = await done(this.objects('scans', 'readonly').get(sha256));
    return kept?.files;
  }

  async forget(sha256: string): Promise<void> {
    await done(this.objects('sessions', 'readwrite').delete(sha256));
    await done(this.objects('scans', 'readwrite').delete(sha256));
  }

  private objects(name: 'sessions' | 'scans', mode: IDBTransactionMode): IDBObjectStore {
    return this.database.transaction(name, mode).objectStore(name);
  }
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
