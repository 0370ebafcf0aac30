#!/usr/bin/env bash
# The demonstration behind `make demo`. Each number in it comes from the command above it;
# what it makes stays in build/demo/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tacit=build/bin/tacit
model=examples/shakespeare/gpt-char.onnx
out=build/demo

if [ ! -x $tacit ]; then
  echo "demo: found no $tacit; expected the finished build. try: make build" >&2
  exit 1
fi
if [ ! -f $model ]; then
  echo "demo: found no $model; expected a complete clone. try: git checkout -- examples" >&2
  exit 1
fi
rm -rf $out
mkdir -p $out

bold='' dim='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
fi

say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
# Shows a command as one would type it, and runs it.
show() {
  local word line='$'
  for word; do
    [[ $word =~ ^[A-Za-z0-9_./:=,-]+$ ]] || word="'$word'"
    line+=" $word"
  done
  printf '%s%s%s\n' "$dim" "$line" "$plain"
  "$@"
}
# 3386880 -> "3.4 MB"
size() {
  stat -c %s "$1" |
    awk '{ if ($1 >= 1e6) printf "%.1f MB", $1 / 1e6; else printf "%.0f kB", $1 / 1e3 }'
}

say "1. A trained model"
echo "A small GPT that knows one book: tiny Shakespeare, letter by letter."
show $tacit inspect $model

say "2. What the compiler sees in it"
show $tacit compile $model --target=mlir --shape tokens=1x128 -o $out/gpt.mlir
nodes=$($tacit inspect $model --json - |
        python3 -c 'import json, sys; print(sum(json.load(sys.stdin)["ops"].values()))')
operations=$(grep -c ' = nn\.' $out/gpt.mlir)
constants=$(grep -c ' = nn\.constant' $out/gpt.mlir)
echo "$nodes ONNX nodes became $((operations - constants)) operations on $constants" \
     "constants. A feed-forward block of them:"
# The types are long; the names say enough here.
sed -n '/nn\.layer_norm/,$p' $out/gpt.mlir | grep -v 'nn\.constant' |
  awk '/nn\.gelu/ { print last[2]; print last[1]; print; left = 2; next }
       left > 0 { print; if (--left == 0) exit }
       { last[2] = last[1]; last[1] = $0 }' | sed 's/ : .*//'

say "3. Native code: a library, its header, its weights"
show $tacit compile $model --target=cpu --shape tokens=1x128 -o $out/gpt.so
show clang-22 -O2 -I$out examples/shakespeare/generate.c -o $out/generate \
  -L$out -l:gpt.so "-Wl,-rpath,\$ORIGIN" -lm
echo "gpt.so $(size $out/gpt.so), gpt.weights $(size $out/gpt.weights): all that the program" \
     "needs to run"

say "4. It writes"
show $out/generate -v examples/shakespeare/vocab.json -n 400 -t 0.6 -s 3 ROMEO:

say "5. How good, and how fast?"
echo "On a part of the book that it was not trained on:"
show $tacit eval $model --tokens examples/shakespeare/tokens.npy | tee $out/eval
perplexity=$(awk '$1 == "perplexity" { print $2 }' $out/eval)
speed=$(sed -n 's/.*[, ]\([0-9][0-9]*\) tokens per second.*/\1/p' $out/eval)
printf 'It is as unsure as if it had %.0f letters to choose from, and there are 65.\n' \
  "$perplexity"
printf '\n%s%s of code, %s of weights, perplexity %s, %s tokens per second%s\n' \
  "$bold" "$(size $out/gpt.so)" "$(size $out/gpt.weights)" "$perplexity" "$speed" "$plain"

say "6. Cheaper: what does it cost?"
cat <<TEXT
Fewer bits, products without multiplications, fewer nonlinear operations: each line is this
model after passes of the compiler, as it is, without training it again.
TEXT
/usr/bin/python3 utils/demo-table.py $tacit $model examples/shakespeare/tokens.npy
cat <<TEXT
same: how often it expects the same letter as before. nonlinear: norms, activations, softmaxes.
One of them, in full, and where it says so in the program:
TEXT
show $tacit eval $model --tokens examples/shakespeare/tokens.npy --aero=gelu-to-relu \
  --quantize=int4 --multiplier=lmul=4
show $tacit compile $model --target=mlir --shape tokens=1x128 -q --aero=gelu-to-relu \
  --quantize=int4 --multiplier=lmul=4 -o $out/cheap.mlir
grep -B 4 -A 4 -m 1 'nn\.relu' $out/cheap.mlir | grep -v 'nn\.constant' | sed 's/ : .*//'

say "7. In private: what would two parties send each other?"
cat <<TEXT
The client knows the text, the server the weights, and neither shows them. Nothing runs yet; the
bytes follow from the program. This model with CrypTen's protocols, for 128 letters:
TEXT
/usr/bin/python3 utils/demo-two-party.py $tacit $model crypten --shape tokens=1x128
echo "GPT-2 (124 million parameters, 128 tokens; the file has no weights, none are needed) as" \
     "AERO measured it:"
/usr/bin/python3 test/Inputs/gpt2-skeleton.py $out/gpt2.onnx 128
/usr/bin/python3 utils/demo-two-party.py $tacit $out/gpt2.onnx aero
echo "Softmax is what is left. And what does the fixed point of the protocol do to this model?"
show $tacit eval $model --tokens examples/shakespeare/tokens.npy -q --twin \
  --protocol crypten --width 64 --fraction 14

say "8. In private, and it runs: a server, a client, and a dealer"
cat <<TEXT
A package has a folder for each party, and one for everybody. The dealer makes random words for
both before the text is known, and learns nothing.
TEXT
show $tacit compile $model --target=2pc --shape tokens=1x64 -q -o $out/private
show $tacit deal $out/private --inferences 20 -q
mkdir -p $out/at-server $out/at-client
cp -r $out/private/public $out/private/server $out/at-server
cp -r $out/private/public $out/private/client $out/at-client
echo "The server never sees the text, and the client never sees the model:"
serve="$tacit run $out/at-server --party server --listen 127.0.0.1:0 --inferences 20"
printf '%s$ %s &%s\n' "$dim" "$serve" "$plain"
$serve > $out/server.txt 2> $out/server.log &
server=$!
trap 'kill $server 2> /dev/null || true' EXIT
for _ in $(seq 100); do
  port=$(sed -n 's/^serving .* at port //p' $out/server.log)
  [ -n "$port" ] && break
  sleep 0.1
done
PATH=$PWD/build/bin:$PATH show examples/two-parties/write.py $out/at-client \
  127.0.0.1:"$port" 'ROMEO: ' -n 20
wait $server
echo "And the server counted:"
sed -n '/^sent/,/^besides/p' $out/server.txt

cat <<TEXT

Everything above is in $out/. From here:
  $tacit compile $model --shape tokens=1x128 --dump-phases $out/phases -o $out/gpt.so
                          the program after each phase, to read, edit and go on from
  docs/GettingStarted.md  your own model
  docs/Pipeline.md        the same road on a model small enough to read
TEXT
