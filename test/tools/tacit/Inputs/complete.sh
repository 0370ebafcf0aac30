# complete.sh SCRIPT LINE: prints what bash would offer at the end of LINE.
source "$1"
COMP_LINE=$2
COMP_POINT=${#COMP_LINE}
COMPREPLY=()
# Exists while a completion runs only.
compopt() { :; }
_tacit
echo "${COMPREPLY[@]}"
