"""Every option that has no effect in a combination is an error of usage.

    options.py PACKAGE"""
import sys

from pairs import command

package = sys.argv[1]
SERVER = ("run", package, "--party", "server", "--listen", "127.0.0.1:0")
CLIENT = ("run", package, "--party", "client", "--connect", "127.0.0.1:1")
DEAL = ("deal", package)
SERVE = (*DEAL, "--serve", "127.0.0.1:0")
# Options of tacit run for models.
OF_MODELS = [("--repeat", "2"), ("--expect", "y=f"), ("--tolerance", "1"), ("--reference",),
             ("--dynamic",), ("--quantize", "int4"), ("--dim", "a=1"), ("--shape", "x=1"),
             ("--value", "x=1"), ("--from", "raise"), ("--aero", "fuse-ffn")]
count = 0


def refused(words, phrase):
    global count
    command(*words).must(2, "error: ", phrase)
    count += 1


for option in OF_MODELS + [("--input", "x=f"), ("--inputs", "f"), ("--output-dir", "f")]:
    refused((*SERVER, *option), f"{option[0]} has no effect on --party server")
for option in OF_MODELS:
    refused((*CLIENT, *option), f"{option[0]} has no effect on --party client")
refused((*SERVER, "--connect", "a:1"), "the server waits for the client at --listen")
refused((*CLIENT, "--listen", "a:1"), "the client finds the server at --connect")
refused(SERVER[:4], "the server waits for the client at --listen")
refused(CLIENT[:4], "the client finds the server at --connect")
refused(("run", package, "--party", "both"), "--party is 'both'; expected server or client")
refused((*CLIENT, "--inferences", "2"),
        "--inferences has no effect on a client without --dealer")
for option in "--state-in", "--state-out":
    for party in SERVER, CLIENT:
        refused((*party, option, "f"), f"{option} has no effect: the model of this package")
for option in "--state-in", "--state-out", "--dump-wires":
    refused((*SERVER, "--inferences", "2", option, "f"),
            f"{option} is for one run, and --inferences is 2")
for words in SERVER, SERVE:
    refused((*words, "--timeout", "0"), "--timeout is '0'; expected a number of seconds")
for option in ("--listen", "a:1"), ("--connect", "a:1"), ("--dealer", "a:1"), (
        "--inferences", "2"), ("--state-in", "f"), ("--state-out", "f"), (
        "--dump-wires", "f"), ("--timeout", "3"), ("--tls-certificate", "f"), (
        "--tls-key", "f"), ("--tls-authority", "f"):
    refused(("run", "model.onnx", *option), f"{option[0]} has no effect without --party")

refused((*DEAL, "--timeout", "3"), "--timeout has no effect without --serve")
TLS = [("--tls-certificate", "f"), ("--tls-key", "f"), ("--tls-authority", "f")]
refused((*DEAL, *TLS[0], *TLS[1], *TLS[2]), "--tls-certificate has no effect without --serve")
for words in SERVER, CLIENT, SERVE:
    for option in TLS:
        others = " and no ".join(name for name, _ in TLS if name != option[0])
        refused((*words, *option), f"found no {others}; expected a certificate, its key and")
    refused((*words, *TLS[0], "--tls-key", "", *TLS[2]), "found no --tls-key; expected a")
refused((*SERVE, "--seed", "1"), "--seed has no effect on --serve")
refused((*SERVE, "--inferences", "2"), "--inferences has no effect on --serve")
refused((*SERVE, "--json", "f"), "--json has no effect on --serve")
refused((*DEAL, "--inferences", "0"), "--inferences is '0'")
refused((*DEAL, "--seed", "x"), "--seed is 'x'")
refused((*DEAL, package), "found 2 packages; expected one folder")
refused((*DEAL, "--serve", "nowhere"), "'nowhere' is not an address; expected HOST:PORT")
refused((*SERVER[:-1], "nowhere"), "'nowhere' is not an address; expected HOST:PORT")
print(f"{count} combinations refused")
