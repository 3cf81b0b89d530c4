// The schema has one home, the grammar folder; the extension packs a copy of it.
import { copyFileSync, mkdirSync } from "node:fs";

const here = new URL("..", import.meta.url);
mkdirSync(new URL("schemas/", here), { recursive: true });
copyFileSync(new URL("../../grammar/campaign.schema.json", here), new URL("schemas/campaign.schema.json", here));
for (const licence of ["LICENSE-MIT", "LICENSE-APACHE"]) {
  copyFileSync(new URL(`../../${licence}`, here), new URL(licence, here));
}
