import { describe, expect, test } from 'vitest';
import { Random } from '../../../bindings/core/random.ts';
import { densityText, principalPlane } from '../../../bindings/core/session/index.ts';

describe('a density as text', () => {
  const density = { perNm2: 0.0123, errorPerNm2: 0.0021, below95PerNm2: null };

  test('has one power of ten for value and error, in both units', () => {
    expect(densityText(density, 'nm2')).toBe('(1.23 ± 0.21) × 10⁻²');
    expect(densityText(density, 'cm2')).toBe('(1.23 ± 0.21) × 10¹²');
  });

  test('of none found is an upper limit', () => {
    const none = { perNm2: 0, errorPerNm2: null, below95PerNm2: 0.0024 };
    expect(densityText(none, 'nm2')).toBe('< 2.4 × 10⁻³');
  });

  test('without a physical size is empty', () => {
    const unknown = { perNm2: null, errorPerNm2: null, below95PerNm2: null };
    expect(densityText(unknown, 'cm2')).toBe('');
  });
});

describe('the plane of the two largest variances', () => {
  const dimension = 6;
  /** Spread 5 along one direction, 2 along another, 0.1 elsewhere. */
  function cloud(n: number): Float32Array {
    const random = new Random(3);
    const vectors = new Float32Array(n * dimension);
    for (let i = 0; i < n; i++) {
      const [a, b] = [random.uniform() - 0.5, random.uniform() - 0.5];
      for (let d = 0; d < dimension; d++) {
        const along = d < 2 ? (5 * a) / Math.SQRT2 : d === 3 ? 2 * b : 0;
        vectors[i * dimension + d] = 100 + along + 0.1 * (random.uniform() - 0.5);
      }
    }
    return vectors;
  }

  test.each([40, 600])('keeps the distances of %i vectors that lie in a plane', (n) => {
    const vectors = cloud(n);
    const { points, explained } = principalPlane(vectors, n, dimension);
    expect(explained[0]).toBeGreaterThan(explained[1]);
    expect(explained[0] + explained[1]).toBeGreaterThan(0.98);
    for (let i = 1; i < n; i++) {
      const flat = Math.sqrt(
        (points[2 * i] - points[0]) ** 2 + (points[2 * i + 1] - points[1]) ** 2,
      );
      let full = 0;
      for (let d = 0; d < dimension; d++) full += (vectors[i * dimension + d] - vectors[d]) ** 2;
      // What is left out is at most 0.1 in each of the four other directions.
      expect(Math.abs(flat - Math.sqrt(full))).toBeLessThan(0.25);
    }
  });

  test('of vectors that are all alike is one point', () => {
    const { points, explained } = principalPlane(new Float32Array(20).fill(3), 10, 2);
    expect([...points]).toEqual(Array(20).fill(0));
    expect(explained).toEqual([0, 0]);
  });
});
