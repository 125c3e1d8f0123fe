import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Chosen, listChosen, listDropped } from './dropped-files.ts';
import { sayCount } from './words.ts';

/** Where files are dropped, anywhere on the page, or chosen. */
export function DropZone({
  title,
  onChoose,
  withFolders = false,
  children,
}: {
  title: string;
  onChoose: (chosen: Chosen) => void;
  withFolders?: boolean;
  children: ComponentChildren;
}) {
  const [isOver, setOver] = useState(false);
  const [counted, setCounted] = useState(0);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);

  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = async (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      onChoose(await listDropped(event.dataTransfer!, setCounted));
      setCounted(0);
    };
    document.addEventListener('dragover', over);
    document.addEventListener('dragleave', leave);
    document.addEventListener('drop', drop);
    return () => {
      document.removeEventListener('dragover', over);
      document.removeEventListener('dragleave', leave);
      document.removeEventListener('drop', drop);
    };
  }, []);

  const take = (input: HTMLInputElement) => {
    onChoose(listChosen(input.files ?? []));
    // So that the same files can be chosen once more.
    input.value = '';
  };
  return (
    <div class={isOver ? 'drop over' : 'drop'}>
      <h2>{title}</h2>
      <p>{counted > 0 ? `Looking through folders: ${sayCount(counted, 'file')} so far.` : children}</p>
      <p class="actions">
        <button type="button" onClick={() => files.current!.click()}>
          Choose files
        </button>
        {withFolders && (
          <button type="button" class="quiet" onClick={() => folder.current!.click()}>
            Choose a folder
          </button>
        )}
      </p>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label="Files"
        onChange={(event) => take(event.currentTarget)}
      />
      {withFolders && (
        <input
          ref={folder}
          type="file"
          multiple
          hidden
          aria-label="Folder"
          {...{ webkitdirectory: true }}
          onChange={(event) => take(event.currentTarget)}
        />
      )}
    </div>
  );
}
