// peer.js MODEL.onnx INPUT.npy OUTPUT.npy THREADS REPEAT: runs a model that has one
// int64 input under ONNX Runtime. Prints one line of JSON: latencies in ms. Writes
// the first output as .npy.
const fs = require('fs');
const ort = require('onnxruntime-node');

function readNpy(file) {
  const bytes = fs.readFileSync(file);
  const length = bytes.readUInt16LE(8);
  const header = bytes.subarray(10, 10 + length).toString('latin1');
  const shape = header.match(/\(([^)]*)\)/)[1].split(',').filter(s => s.trim()).map(Number);
  const data = bytes.subarray(10 + length);
  const copy = data.buffer.slice(data.byteOffset, data.byteOffset + data.length);
  return {shape, data: new BigInt64Array(copy)};
}

function writeNpy(file, tensor) {
  let header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${tensor.dims.join(', ')},), }`;
  header = header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11) + '\n';
  const prefix = Buffer.alloc(10);
  prefix.write('\x93NUMPY\x01\x00', 'latin1');
  prefix.writeUInt16LE(header.length, 8);
  const data = Buffer.from(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
  fs.writeFileSync(file, Buffer.concat([prefix, Buffer.from(header, 'latin1'), data]));
}

async function main() {
  const [model, input, output, threads, repeat] = process.argv.slice(2);
  const session = await ort.InferenceSession.create(
      model, {intraOpNumThreads: Number(threads), interOpNumThreads: 1,
              executionMode: 'sequential'});
  const array = readNpy(input);
  const feeds = {[session.inputNames[0]]: new ort.Tensor('int64', array.data, array.shape)};
  let result = await session.run(feeds);
  const times = [];
  for (let i = 0; i < Number(repeat); ++i) {
    const begin = process.hrtime.bigint();
    result = await session.run(feeds);
    times.push(Number(process.hrtime.bigint() - begin) / 1e6);
  }
  times.sort((a, b) => a - b);
  writeNpy(output, result[session.outputNames[0]]);
  console.log(JSON.stringify({min: times[0], median: times[times.length >> 1]}));
}
main();
