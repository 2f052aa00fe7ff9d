export const log = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
