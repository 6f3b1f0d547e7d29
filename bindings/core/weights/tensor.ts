/** A named array out of a weights file, converted to f32; values are row-major. */
export interface Tensor {
  shape: number[];
  values: Float32Array;
}

/** Content of a weights file: tensors by name, and the file's own remarks. */
export interface WeightsFile {
  name: string;
  format: 'safetensors' | 'pth';
  tensors: Map<string, Tensor>;
  metadata: Record<string, string>;
}
