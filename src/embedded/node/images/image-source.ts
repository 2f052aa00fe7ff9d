import { readFile, stat } from 'node:fs/promises';
import { parse } from 'yaml';
import { HOST_ONLY, type ImageMap, type ImageRule, parseImageMap, ruleFor, unmappedMessage } from './image-map.ts';

/** Where image names are looked up: a file that is read again whenever it changed, or a map. */
export class ImageSource {
  readonly #file: string | undefined;
  #map: ImageMap;
  #readAt = 0;

  /** @param from the path of an `images.yaml`, or a map; without either every image is the machine itself */
  constructor(from: string | ImageMap | undefined) {
    this.#file = typeof from === 'string' ? from : undefined;
    this.#map = typeof from === 'object' ? from : HOST_ONLY;
  }

  /** Whether nobody said how images map, so that the machine itself stands for all of them. */
  get unstated(): boolean {
    return this.#map === HOST_ONLY;
  }

  /** @throws when the file cannot be read, or no rule matches */
  async rule(image: string): Promise<ImageRule> {
    if (this.#file !== undefined) await this.#refresh(this.#file);
    const rule = ruleFor(this.#map, image);
    if (!rule) throw new Error(unmappedMessage(image, this.#file));
    return rule;
  }

  async #refresh(file: string): Promise<void> {
    const { mtimeMs } = await stat(file);
    if (mtimeMs === this.#readAt) return;
    this.#map = parseImageMap(parse(await readFile(file, 'utf8')), file);
    this.#readAt = mtimeMs;
  }
}
