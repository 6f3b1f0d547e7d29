// npm run bench: everything that is timed.
import './kernels.ts';
import './pipeline.ts';
