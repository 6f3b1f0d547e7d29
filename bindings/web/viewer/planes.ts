import { CancelledError, type PrepareOptions } from '../../core/index.ts';
import type { Plane, PreparedInfo, ScanHandle } from '../index.ts';

/** An image to show. */
export interface PlaneInUnit extends Plane {
  /** Unit of its values: 'nm' for heights, else the channel's own, '' when not known. */
  unit: string;
}

/** The images of a scan's channels, levelled. */
export class Planes {
  private readonly handle: ScanHandle;
  private readonly openAgain: () => Promise<ScanHandle>;
  private other: { handle: ScanHandle; options: string; prepared?: PreparedInfo } | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private isClosed = false;

  constructor(handle: ScanHandle, openAgain: () => Promise<ScanHandle>) {
    this.handle = handle;
    this.openAgain = openAgain;
  }

  /**
   * Of those that `prepared` used, or of another channel on a handle of its own. Rejects with
   * CancelledError once closed.
   */
  async plane(
    title: string,
    prepared: PreparedInfo,
    options: PrepareOptions,
  ): Promise<PlaneInUnit> {
    const used = prepared.channels.findIndex(({ name }) => name === title);
    if (used >= 0) return inUnit(await this.handle.levelledPlane(used), prepared, used);
    // One after the other: each has the same handle prepared for its own channel.
    const plane = this.turn.then(() => this.planeOfOther({ ...options, channels: [title] }));
    this.turn = plane.catch(() => {});
    return plane;
  }

  close(): void {
    this.isClosed = true;
    this.other?.handle.close();
  }

  private async planeOfOther(wanted: PrepareOptions): Promise<PlaneInUnit> {
    if (this.isClosed) throw new CancelledError();
    // Preparing other channels would forget what is embedded.
    this.other ??= { handle: await this.openAgain(), options: '' };
    const { other } = this;
    if (this.isClosed) {
      // It was still on its way then.
      other.handle.close();
      throw new CancelledError();
    }
    if (!other.prepared || other.options !== JSON.stringify(wanted)) {
      other.prepared = await other.handle.prepare(wanted);
      other.options = JSON.stringify(wanted);
    }
    return inUnit(await other.handle.levelledPlane(0), other.prepared, 0);
  }
}

function inUnit(plane: Plane, { levelled, channels }: PreparedInfo, index: number): PlaneInUnit {
  return { ...plane, unit: levelled.heightUnit === 'nm' ? 'nm' : channels[index].unit };
}
