import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../examples');

/** A page for the source of each example. */
export default {
  paths() {
    const files = readdirSync(FOLDER).filter((file) => /\.tsx?$/.test(file));
    return files.map((file) => {
      const source = readFileSync(join(FOLDER, file), 'utf8');
      const extension = extname(file);
      return {
        params: { name: file.slice(0, -extension.length) },
        content: `\`\`\`${extension.slice(1)}\n${source}\`\`\``,
      };
    });
  },
};
