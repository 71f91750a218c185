// By itself, so that it is loaded only where a bar is shown.
export { SingleBar } from 'cli-progress';
