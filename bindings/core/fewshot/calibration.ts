const BINS = 10;

/** Confidences beside whether they were right, in ten bins of confidence. */
export class Calibration {
  private readonly counts = new Float64Array(BINS);
  private readonly confidences = new Float64Array(BINS);
  private readonly right = new Float64Array(BINS);
  /** Some had no confidence to compare with. */
  private isUnknown = false;

  /** confidence 0..1; NaN where it could be nothing else because there is one class alone. */
  add(confidence: number, isRight: boolean): void {
    if (Number.isNaN(confidence)) {
      this.isUnknown = true;
      return;
    }
    const bin = Math.min(BINS - 1, Math.floor(confidence * BINS));
    this.counts[bin]++;
    this.confidences[bin] += confidence;
    if (isRight) this.right[bin]++;
  }

  /** Expected calibration error, 0..1; 0 when nothing was added, NaN when a confidence was. */
  error(): number {
    if (this.isUnknown) return Number.NaN;
    let apart = 0;
    let n = 0;
    for (let bin = 0; bin < BINS; bin++) {
      apart += Math.abs(this.confidences[bin] - this.right[bin]);
      n += this.counts[bin];
    }
    return n > 0 ? apart / n : 0;
  }
}
