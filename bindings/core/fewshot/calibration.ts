const BINS = 10;

/** Confidences beside whether they were right, in ten bins of confidence. */
export class Calibration {
  private readonly counts = new Float64Array(BINS);
  private readonly confidences = new Float64Array(BINS);
  private readonly right = new Float64Array(BINS);

  /** confidence 0..1 */
  add(confidence: number, isRight: boolean): void {
    const bin = Math.min(BINS - 1, Math.floor(confidence * BINS));
    this.counts[bin]++;
    this.confidences[bin] += confidence;
    if (isRight) this.right[bin]++;
  }

  /** Expected calibration error, 0..1; 0 when nothing was added. */
  error(): number {
    let apart = 0;
    let n = 0;
    for (let bin = 0; bin < BINS; bin++) {
      apart += Math.abs(this.confidences[bin] - this.right[bin]);
      n += this.counts[bin];
    }
    return n > 0 ? apart / n : 0;
  }
}
