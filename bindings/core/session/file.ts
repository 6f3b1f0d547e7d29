import { OptionError } from '../errors.ts';
import { version } from '../version.ts';
import { classFrom, libraryFrom, libraryToJson } from './library.ts';
import { JsonReader } from './read-json.ts';
import { type Labelling, NOT_A_DEFECT, type Position, type Run } from './types.ts';

const FORMAT = 'adatom-session';
const VERSION = 1;

/** The scan that a session belongs to. */
export interface SessionInput {
  file: string;
  /** Of the scan's file, lower-case hexadecimal. */
  sha256: string;
}

/** A person's work on one scan, as it is saved. */
export interface Session {
  input: SessionInput;
  labelling: Labelling;
}

/** A session as the text of a JSON file. */
export function writeSession({ input, labelling }: Session): string {
  const { classes, current, labels, added, erased, library, options } = labelling;
  const place = ({ x, y }: Position) => ({ x_px: x, y_px: y });
  const content = {
    format: FORMAT,
    version: VERSION,
    adatom: version,
    input,
    options,
    classes,
    current,
    labels: labels.map((one) => ({ ...place(one), label: one.label })),
    added: added.map((one) => ({ ...place(one), runs: one.runs })),
    erased: erased.map(place),
    library: library && libraryToJson(library),
  };
  return `${JSON.stringify(content, null, 1)}\n`;
}

/** Reads what writeSession wrote. Throws FormatError, which names the field. */
export function readSession(text: string, file: string): Session {
  const reader = JsonReader.open(text, file, FORMAT, VERSION);
  const input = reader.field('input');
  const classes = reader.field('classes').list(classFrom);
  const isClass = (name: string) => classes.some((one) => one.name === name);
  const library = reader.field('library');
  const current = reader.field('current').text();
  return {
    input: { file: input.field('file').text(), sha256: input.field('sha256').text() },
    labelling: {
      classes,
      current: isClass(current) ? current : (classes[0]?.name ?? ''),
      labels: reader.field('labels').list((item) => {
        const label = item.field('label');
        if (label.text() !== NOT_A_DEFECT && !isClass(label.text())) {
          label.fail(`the name of one of its classes, or '${NOT_A_DEFECT}'`);
        }
        return { ...placeFrom(item), label: label.text() };
      }),
      added: reader.field('added').list((item) => ({
        ...placeFrom(item),
        runs: item.field('runs').list(runFrom),
      })),
      erased: reader.field('erased').list(placeFrom),
      library: library.isNull() ? null : libraryFrom(library),
      options: reader.field('options').object(),
    },
  };
}

function placeFrom(reader: JsonReader): Position {
  return { x: reader.field('x_px').number(), y: reader.field('y_px').number() };
}

function runFrom(reader: JsonReader): Run {
  const numbers = reader.list((item) => item.number());
  const [row, column, length] = numbers;
  const sound = numbers.length === 3 && numbers.every((n) => Number.isInteger(n) && n >= 0);
  if (!sound || length < 1) reader.fail('a row, a first column and a number of pixels');
  return [row, column, length];
}

/** Throws OptionError unless the session belongs to this scan. */
export function checkInput(session: Session, scan: SessionInput, file: string): void {
  if (session.input.sha256 === scan.sha256) return;
  throw new OptionError(
    `${file}: a session of '${session.input.file}' (sha256 ${session.input.sha256.slice(0, 12)}…), expected one of '${scan.file}' (sha256 ${scan.sha256.slice(0, 12)}…).`,
  );
}
