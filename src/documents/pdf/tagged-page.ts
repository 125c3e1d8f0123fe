import {
  type PDFDocument,
  PDFName,
  PDFNumber,
  PDFOperator,
  PDFOperatorNames,
  type PDFPage,
  PDFString,
} from '@cantoo/pdf-lib';

/** Standard structure types (ISO 32000-1 section 14.8.4) that pages here have. */
export type Tag = 'H1' | 'H2' | 'P' | 'Figure';

/** Draws on a page so that programs can read it aloud: everything is either in the structure, in reading order, or decoration. */
export class TaggedPage {
  readonly page: PDFPage;
  readonly #document: PDFDocument;
  readonly #elements: { readonly tag: Tag; readonly alternative: string | null }[] = [];

  constructor(document: PDFDocument, size: readonly [number, number]) {
    this.#document = document;
    this.page = document.addPage([...size]);
  }

  /** `alternative`: what a picture shows, in words. */
  tag(tag: Tag, draw: () => void, alternative: string | null = null): void {
    const id = this.#elements.push({ tag, alternative }) - 1;
    this.#mark([PDFName.of(tag), `<</MCID ${id}>>`], PDFOperatorNames.BeginMarkedContentSequence, draw);
  }

  /** What says nothing: lines and frames. */
  decorate(draw: () => void): void {
    this.#mark([PDFName.of('Artifact')], PDFOperatorNames.BeginMarkedContent, draw);
  }

  /** Writes the structure; nothing is drawn after that. */
  finish(): void {
    const { context, catalog } = this.#document;
    const rootRef = context.nextRef();
    const body = context.nextRef();
    const children = this.#elements.map(({ tag, alternative }, id) =>
      context.register(
        context.obj({
          Type: 'StructElem',
          S: tag,
          P: body,
          Pg: this.page.ref,
          K: id,
          ...(alternative !== null && { Alt: PDFString.of(alternative) }),
        }),
      ),
    );
    context.assign(body, context.obj({ Type: 'StructElem', S: 'Document', P: rootRef, K: children }));
    const parents = context.obj({ Nums: [0, context.register(context.obj(children))] });
    context.assign(
      rootRef,
      context.obj({
        Type: 'StructTreeRoot',
        K: [body],
        ParentTree: context.register(parents),
        ParentTreeNextKey: 1,
      }),
    );
    this.page.node.set(PDFName.of('StructParents'), PDFNumber.of(0));
    this.page.node.set(PDFName.of('Tabs'), PDFName.of('S'));
    catalog.set(PDFName.of('StructTreeRoot'), rootRef);
    catalog.set(PDFName.of('MarkInfo'), context.obj({ Marked: true }));
  }

  #mark(operands: (PDFName | string)[], begin: PDFOperatorNames, draw: () => void): void {
    this.page.pushOperators(PDFOperator.of(begin, operands));
    draw();
    this.page.pushOperators(PDFOperator.of(PDFOperatorNames.EndMarkedContent));
  }
}
