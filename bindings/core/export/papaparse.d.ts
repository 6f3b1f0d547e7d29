// The part of Papa Parse used here. @types/papaparse refers to Node's types, which would make
// every host global known to core; importing the file itself keeps them out.
declare module 'papaparse/papaparse.js' {
  interface StepResult {
    data: string[];
    meta: { cursor: number };
  }
  interface ParseConfig {
    delimiter: string;
    newline: string;
    step(row: StepResult): void;
  }
  const Papa: { parse(text: string, config: ParseConfig): void };
  export default Papa;
}
