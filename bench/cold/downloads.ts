import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packages } from '../peers/index.ts';

/** What a page downloads before its first embedding: the library, and what it fetches itself. */
const downloads: Record<string, readonly string[]> = {
  'adatom/kernels, weights inside': ['dist/web/kernels.js'],
  'adatom, weights inside': ['dist/web/index.js'],
  'adatom with its worker': ['dist/web/index.js', 'dist/web/worker.js'],
  'adatom/slim': ['dist/web/slim.js', 'dist/adatom.wasm', 'models/adatom.safetensors'],
  'onnxruntime-web, no model': ['ort.wasm.min.mjs', 'ort-wasm-simd-threaded.wasm'].map((name) =>
    join(packages, 'onnxruntime-web/dist', name),
  ),
};

/** Print the bytes of each, as they lie on the disk and compressed by gzip. */
export function printDownloads(): void {
  console.log('download before the first embedding in a page');
  for (const [name, files] of Object.entries(downloads)) {
    try {
      const contents = files.map((file) => readFileSync(file));
      const plain = contents.reduce((sum, { length }) => sum + length, 0);
      const packed = contents.reduce((sum, bytes) => sum + gzipSync(bytes, { level: 9 }).length, 0);
      console.log(`  ${name.padEnd(30)} ${kib(plain)} KiB, ${kib(packed)} KiB compressed`);
    } catch {
      console.log(`  ${name.padEnd(30)} absent`);
    }
  }
}

function kib(bytes: number): string {
  return (bytes / 1024).toFixed(0).padStart(6);
}
