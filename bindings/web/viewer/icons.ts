const SHAPES: Readonly<Record<string, string>> = {
  label: 'M4 2v11l3-3 2 4 2-1-2-4h4z',
  box: 'M2.5 2.5h11v11h-11z',
  lasso:
    'M8 2.5c4 0 6 1.8 6 4s-2.5 4-6 4-6-1.8-6-4 2-4 6-4zM5 10c-1 1 0 2.5 1 2.500s1 1.500 0 1.500',
  brush: 'M13.500 2.500 7 9M7 9c-1.500-.5-3 .5-3 2 0 1-.8 2-2 2 2.500 1 6 .5 6-2 0-1-.4-1.600-1-2z',
  erase: 'M6 13 2.500 9.500l7-7L14 7l-6 6H6zM6 6l4.500 4.500',
  undo: 'M6 3 2.500 6.500 6 10M2.500 6.500H10a3.500 3.500 0 0 1 0 7H6',
  redo: 'M10 3l3.500 3.500L10 10M13.500 6.500H6a3.500 3.500 0 0 0 0 7h4',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  fit: 'M2.500 6V2.500H6M10 2.500h3.500V6M13.500 10v3.500H10M6 13.500H2.500V10',
};

/** A line drawing of 16 x 16. */
export function icon(name: string): SVGSVGElement {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(namespace, 'path');
  path.setAttribute('d', SHAPES[name]);
  svg.append(path);
  return svg;
}
