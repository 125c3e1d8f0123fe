/**
 * The WebAssembly that counts differing bits, 128 bytes at a time, put together from its instructions: the source is all
 * there is, and no binary has to be believed. In text form:
 *
 *     (func (export "count") (param $a i32) (param $b i32) (param $n i32) (result i32)
 *       (local $sum v128) (local $rest i32)
 *       ;; while n >= 128: sum += ones of 128 bytes of a xor b; a += 128; b += 128; n -= 128
 *       ;; while n >= 16: sum += ones of 16 bytes of a xor b; a += 16; b += 16; n -= 16
 *       ;; while n > 0: rest += popcnt(load a xor load b); a += 4; b += 4; n -= 4
 *       ;; rest + the four lanes of sum)
 */
export function assembleCounter(): Uint8Array<ArrayBuffer> {
  const [A, B, N, SUM, REST] = [0, 1, 2, 3, 4] as const;
  const ones = (offset: number) => [
    ...[localGet(A), v128Load(offset), localGet(B), v128Load(offset)].flat(),
    ...[V128_XOR, I8X16_POPCNT].flat(),
  ];
  const advance = (bytes: number) => [
    ...[localGet(A), i32Const(bytes), I32_ADD, localSet(A)].flat(),
    ...[localGet(B), i32Const(bytes), I32_ADD, localSet(B)].flat(),
    ...[localGet(N), i32Const(bytes), I32_SUB, localSet(N)].flat(),
  ];
  // Eight vectors of ones are at most 64 in a byte, so they add up before they are widened.
  const addVectors = (vectors: number) =>
    whileNot(
      [...localGet(N), ...i32Const(16 * vectors), ...I32_LT_U],
      [
        ...localGet(SUM),
        ...Array.from({ length: vectors }, (_, i) => (i === 0 ? ones(0) : [...ones(16 * i), ...I8X16_ADD])).flat(),
        ...[I16X8_WIDEN, I32X4_WIDEN, I32X4_ADD, localSet(SUM)].flat(),
        ...advance(16 * vectors),
      ],
    );
  const body = [
    ...addVectors(8),
    ...addVectors(1),
    ...whileNot(
      [...localGet(N), ...I32_EQZ],
      [
        ...[localGet(REST), localGet(A), I32_LOAD, localGet(B), I32_LOAD].flat(),
        ...[I32_XOR, I32_POPCNT, I32_ADD, localSet(REST)].flat(),
        ...advance(4),
      ],
    ),
    ...localGet(REST),
    ...[0, 1, 2, 3].flatMap((lane) => [...localGet(SUM), ...i32x4Lane(lane), ...I32_ADD]),
    END,
  ];
  const locals = [2, 1, V128, 1, I32];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 3, I32, I32, I32, 1, I32]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, ...name('count'), 0, 0, ...name('memory'), 2, 0]),
    ...section(10, [1, ...sized([...locals, ...body])]),
  ]);
}

const I32 = 0x7f;
const V128 = 0x7b;
const END = 0x0b;
const EMPTY_BLOCK = 0x40;
const I32_EQZ = [0x45];
const I32_LT_U = [0x49];
const I32_ADD = [0x6a];
const I32_SUB = [0x6b];
const I32_XOR = [0x73];
const I32_POPCNT = [0x69];
/** Alignment of 2^2 bytes, offset 0. */
const I32_LOAD = [0x28, 2, 0];
const V128_XOR = simd(81);
const I8X16_POPCNT = simd(98);
const I8X16_ADD = simd(110);
/** Sums of neighbouring lanes, unsigned. */
const I16X8_WIDEN = simd(125);
const I32X4_WIDEN = simd(127);
const I32X4_ADD = simd(174);

function simd(code: number, ...immediates: readonly number[]): number[] {
  return [0xfd, ...leb(code), ...immediates];
}

function v128Load(offset: number): number[] {
  return simd(0, 2, offset);
}

function i32x4Lane(lane: number): number[] {
  return simd(27, lane);
}

function localGet(index: number): number[] {
  return [0x20, index];
}

function localSet(index: number): number[] {
  return [0x21, index];
}

/** A non-negative number; a byte's sixth bit would be its sign. */
function i32Const(value: number): number[] {
  return value < 64 ? [0x41, value] : [0x41, (value & 0x7f) | 0x80, value >>> 7];
}

/** Leaves when the condition holds, else runs the body and looks again. */
function whileNot(condition: readonly number[], body: readonly number[]): number[] {
  const leave = [0x0d, 1];
  const again = [0x0c, 0];
  return [0x02, EMPTY_BLOCK, 0x03, EMPTY_BLOCK, ...condition, ...leave, ...body, ...again, END, END];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...sized(content)];
}

function sized(content: readonly number[]): number[] {
  return [...leb(content.length), ...content];
}

function name(text: string): number[] {
  return sized([...new TextEncoder().encode(text)]);
}

/** Unsigned LEB128. */
function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}
