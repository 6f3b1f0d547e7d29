import { expect, test } from 'vitest';
import { bundle, pageOf, resultOf, STRICT, serve, withPage } from '../web/site.ts';

test('a picture in bands has every pixel in its colour, and no hole when it is made smaller', {
  timeout: 120_000,
}, async () => {
  const files = await bundle('test/viewer/picture-page.ts');
  files.set('/index.html', pageOf('picture-page'));
  const site = await serve(files, { 'Content-Security-Policy': STRICT });
  try {
    await withPage(`${site.origin}/index.html`, [site.origin], async (page, complaints) => {
      const result = await resultOf(page, complaints);
      expect(result).toEqual({
        results: Array.from({ length: 5 }, () => [0, 0]),
        superseded: true,
        second: [0, 0],
      });
    });
  } finally {
    site.close();
  }
});
