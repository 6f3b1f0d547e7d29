import { describe, expect, test } from 'vitest';
import { conv4FromWeights, embedCrops } from '../../bindings/core/embed.ts';
import { readWeights } from '../../bindings/core/weights/index.ts';
import { createKernels } from '../../bindings/node/instantiate.ts';
import { readNpy } from '../npy.ts';
import { hasShared, readShared, sharedTitle } from '../shared.ts';

describe.skipIf(!hasShared)(sharedTitle('embeddings of the published networks'), () => {
  const crops = () => Float32Array.from(readNpy(readShared('reference/crops.npy')).values);
  for (const network of ['si-ge', 'si-tio2']) {
    for (const format of ['pth', 'safetensors']) {
      test(`${network}.${format} equals PyTorch's`, () => {
        const kernels = createKernels();
        const name = `protonet-${network}.${format}`;
        const file = readWeights(readShared(`reference/${name}`), name);
        const loaded = kernels.load(conv4FromWeights(file));
        const { embeddings, dimension } = embedCrops(kernels, loaded, crops(), 64);
        const golden = readNpy(readShared(`reference/embeddings-${network}.npy`));
        expect([64, dimension]).toEqual(golden.shape);
        let largest = 0;
        let worst = 0;
        golden.values.forEach((value, i) => {
          largest = Math.max(largest, Math.abs(value));
          worst = Math.max(worst, Math.abs(value - embeddings[i]));
        });
        console.log(name, worst / largest);
        expect(worst).toBeLessThanOrEqual(1e-4 * largest);
      });
    }
  }
});
