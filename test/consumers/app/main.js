// What an application does: read a scan, find its defects in a worker, and show how many.
import { createAdatom, version } from 'adatom';
import { readScan } from 'adatom/formats';

async function run() {
  const bytes = new Uint8Array(await (await fetch('/dimer-rows.sxm')).arrayBuffer());
  const engine = await createAdatom();
  const scan = await engine.open({ name: 'dimer-rows.sxm', bytes });
  await scan.prepare();
  const { defects, mask } = await scan.find();
  engine.dispose();
  return {
    version,
    format: readScan(bytes, 'dimer-rows.sxm').format,
    defects: defects.length,
    pixels: mask.reduce((sum, value) => sum + value, 0),
  };
}

const output = document.querySelector('pre');
run()
  .then(JSON.stringify, String)
  .then((text) => {
    output.textContent = text;
    output.id = 'done';
  });
