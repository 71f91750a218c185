import { element } from './element.js';
import { Gallery } from './gallery.js';
import { byId, readService } from './service.js';

const service = readService();
const input = byId('files', HTMLInputElement);
const gallery = new Gallery(service, input);

const form = byId('choose', HTMLFormElement);
form.hidden = false;
form.addEventListener('submit', (event) => {
  event.preventDefault();
});
input.addEventListener('change', () => {
  gallery.add([...(input.files ?? [])]);
  // So that the same file can be chosen again.
  input.value = '';
});
offerComparisons();
takeDrops();
nameModel();
document.addEventListener('paste', ({ clipboardData }) => {
  gallery.add([...(clipboardData?.files ?? [])]);
});

function nameModel(): void {
  if (service.model === undefined) return;
  const place = byId('model', HTMLParagraphElement);
  place.textContent = `Model: ${service.model}`;
  place.hidden = false;
}

function offerComparisons(): void {
  const others = service.isolations.slice(1);
  const fieldset = byId('compare', HTMLFieldSetElement);
  fieldset.hidden = others.length === 0;
  for (const isolation of others) {
    const box = element('input', { type: 'checkbox', name: 'compare', value: isolation });
    fieldset.append(element('label', {}, box, element('span', { textContent: isolation })));
  }
  const choose = (): void => {
    const checked = fieldset.querySelectorAll<HTMLInputElement>('input:checked');
    gallery.compare([...checked].map(({ value }) => value));
  };
  fieldset.addEventListener('change', choose);
  // A browser that returns to the page restores what was selected.
  choose();
}

/**
 * The whole page accepts dropped files: otherwise a browser would leave the page to show the file.
 */
function takeDrops(): void {
  // Entering a child is reported before leaving its parent.
  let depth = 0;
  const enter = (by: number): void => {
    depth = by === 0 ? 0 : Math.max(0, depth + by);
    document.body.classList.toggle('dropping', depth > 0);
  };
  const hasFiles = ({ dataTransfer }: DragEvent): boolean =>
    dataTransfer?.types.includes('Files') ?? false;
  document.addEventListener('dragenter', (event) => {
    if (hasFiles(event)) enter(1);
  });
  document.addEventListener('dragleave', (event) => {
    if (hasFiles(event)) enter(-1);
  });
  document.addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
  });
  document.addEventListener('drop', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    enter(0);
    gallery.add([...(event.dataTransfer?.files ?? [])]);
  });
}
