/** In place of the decoder that only `ogg-opus-decoder`'s option `speechQualityEnhancement` asks for. */
export class OpusMLDecoder {}
export class OpusMLDecoderWebWorker {}
