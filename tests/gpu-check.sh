#!/usr/bin/env bash
# Checks inference on an NVIDIA GPU: builds, installs the CUDA builds, loads a model, compares its logits with the processor's, generates,
# measures tokens/s, and asks a node with device = "cuda" for a chat completion.
#
#   tests/gpu-check.sh              needs a GPU; ends with 3 and says what is missing if none can be used, with 1 if something is wrong
#   tests/gpu-check.sh --processor  the half that needs no GPU
#
# NODEBOX_BINARY names a program that is built already, with its libraries in llama/ beside it.
set -euo pipefail
cd "$(dirname "$0")/.."
export MSBUILDDISABLENODEREUSE=1
address=127.77.9.1
device=cuda half=()
case ${1:-} in
  '') ;;
  --processor) device=cpu half=(--processor) ;;
  *) sed -n 's/^# \?//; 2,8p' "$0" >&2; exit 2 ;;
esac

if [[ -z ${NODEBOX_BINARY:-} ]]; then
  ./dev build
  NODEBOX_BINARY=$PWD/out/nodebox/nodebox
fi
libraries=$(dirname "$NODEBOX_BINARY")/llama
[[ $device == cpu ]] || ./dev cuda "$libraries"
"$NODEBOX_BINARY" model devices

dotnet build tests/Benchmarks -v quiet
dotnet artifacts/bin/Benchmarks/debug_linux-x64/benchmarks.dll devices "${half[@]}" --libraries "$libraries"

# The whole way, from the configuration to the answer.
folder=$(mktemp -d)
node=
stop() {
  [[ -z $node ]] || kill "$node" 2>/dev/null || true
  wait
  rm -rf "$folder"
}
trap stop EXIT
"$NODEBOX_BINARY" model make --out "$folder/testbed.gguf" >/dev/null
cat >"$folder/roles.toml" <<TOML
[testbed]
name = "gpucheck"
collector = "n2"             # not started: nobody takes the node's telemetry
insecure = true
[roles.llm]
model = "testbed.gguf"
device = "$device"
[nodes.n1]
address = "$address"
role = "llm"
[nodes.n2]
address = "127.77.9.2"
role = "collector"
TOML
"$NODEBOX_BINARY" --node n1 --config "$folder/roles.toml" --state "$folder/state" >"$folder/log" 2>&1 &
node=$!
for ((i = 0; i < 120; i++)); do
  curl -sf "http://$address:8000/ready" >/dev/null && break
  kill -0 "$node" 2>/dev/null || break
  sleep 1
done
if ! curl -sS --fail-with-body "http://$address:8000/v1/chat/completions" -H 'Content-Type: application/json' \
  -d '{"model":"testbed","messages":[{"role":"user","content":"status of order 17"}],"max_tokens":16,"temperature":0}'; then
  cat "$folder/log" >&2
  exit 1
fi
echo
grep -o 'the model testbed is computed by .*' "$folder/log"
echo "gpu-check: $device works"
