//===- Completion.cpp - Shell completion ----------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Completion.h"
#include "tacit/Driver/OptionWords.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace tacit;

namespace {

/// Says what follows an option.
enum class Value { None, Word, File, Folder, Any };

struct Candidate {
  std::string flag; ///< with its hyphens
  std::string help;
  Value value = Value::None;
  std::vector<std::string> words; ///< for Value::Word
  bool isList = false;            ///< several words, with commas between them
};

struct Command {
  StringRef name, help;
  std::vector<Candidate> options;
};

} // namespace

//===----------------------------------------------------------------------===//
// What there is to complete
//===----------------------------------------------------------------------===//

static Candidate describe(const cl::Option &option) {
  Candidate result;
  result.flag = (option.ArgStr.size() == 1 ? "-" : "--") + option.ArgStr.str();
  result.help = option.HelpStr.str();
  result.words = driver::optionWords(option.ArgStr);
  result.isList = option.ValueStr.starts_with("NAME,") || option.ValueStr == "LIST";
  result.value = !result.words.empty()              ? Value::Word
                 : option.ValueStr.empty()          ? Value::None
                 : option.ValueStr.contains("FILE") ? Value::File
                 : option.ValueStr == "DIR"         ? Value::Folder
                                                    : Value::Any;
  return result;
}

static std::vector<Command> describe(ArrayRef<cl::SubCommand *> commands,
                                     const cl::OptionCategory &category) {
  std::vector<Command> result;
  for (cl::SubCommand *command : commands) {
    Command &entry = result.emplace_back();
    entry.name = command->getName();
    entry.help = command->getDescription();
    for (auto [name, option] : command->OptionsMap)
      if (is_contained(option->Categories, &category) &&
          option->getOptionHiddenFlag() == cl::NotHidden)
        entry.options.push_back(describe(*option));
    sort(entry.options,
         [](const Candidate &a, const Candidate &b) { return a.flag < b.flag; });
    entry.options.push_back({"--help", "print the options", Value::None, {}});
  }
  return result;
}

/// Returns `text` between single quotes of a shell.
static std::string quote(StringRef text) {
  std::string result = "'";
  for (char c : text)
    result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

static std::string flagsOf(const Command &command) {
  SmallVector<StringRef> flags;
  for (const Candidate &option : command.options)
    flags.push_back(option.flag);
  return join(flags, " ");
}

//===----------------------------------------------------------------------===//
// bash
//===----------------------------------------------------------------------===//

/// Splits the line at blanks itself: bash takes `=` for a border between words as well, but
/// --dim batch=1 is one word. Of a list, the part behind the last comma is completed, with
/// words that the list does not have yet.
static constexpr StringLiteral kBashHead = R"(# Completion of tacit for bash.
_tacit() {
  local line=${COMP_LINE:0:COMP_POINT} given flags= choice= list= word
  local -a words
  read -ra words <<<"$line"
  if [[ $line == *[[:space:]] ]]; then words+=(""); fi
  local current=${words[-1]} previous=${words[-2]} command=${words[1]}
  if [[ $current == -*=* ]]; then
    previous=${current%%=*} current=${current#*=}
  fi
  given=${current%"${current##*=}"}
  local part=$current
  COMPREPLY=()
  if (( ${#words[@]} == 2 )); then
    command= flags=$commands
  fi
)";

static constexpr StringLiteral kBashTail = R"(  esac
  if [[ -n $choice ]]; then
    list=${current:0:${#current}-${#part}}
    for word in $choice; do
      if [[ ,$list != *,$word,* ]]; then COMPREPLY+=("$word"); fi
    done
    COMPREPLY=($(compgen -P "$list" -W "${COMPREPLY[*]}" -- "$part"))
  elif [[ $current == -* || -z $command ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$current"))
  else
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -P "$given" -f -- "${current##*=}"))
  fi
  # bash replaces what follows the last border only.
  COMPREPLY=("${COMPREPLY[@]#"$given"}")
}
complete -F _tacit tacit
)";

static std::string bash(ArrayRef<Command> commands) {
  std::string text;
  raw_string_ostream os(text);
  StringRef head = kBashHead;
  SmallVector<StringRef> names = {"completion", "--help", "--version"};
  for (const Command &command : commands)
    names.push_back(command.name);
  auto [before, after] = head.split("$commands");
  os << before << quote(join(names, " ")) << after << "  case $command in\n";
  for (const Command &command : commands)
    os << "    " << command.name << ") flags=" << quote(flagsOf(command)) << " ;;\n";
  os << "  esac\n  case $command:$previous in\n"
        "    completion:completion) choice='bash zsh fish' ;;\n";
  for (const Command &command : commands)
    for (const Candidate &option : command.options) {
      if (option.value == Value::None || option.value == Value::File)
        continue;
      os << "    " << command.name << ':' << option.flag << ") ";
      if (option.value == Value::Word)
        os << "choice=" << quote(join(option.words, " "))
           << (option.isList ? " part=${current##*,}" : "");
      else if (option.value == Value::Folder)
        os << "COMPREPLY=($(compgen -d -- \"$current\")); return";
      else if (option.value == Value::Any)
        os << "return";
      os << " ;;\n";
    }
  os << kBashTail;
  return text;
}

//===----------------------------------------------------------------------===//
// zsh
//===----------------------------------------------------------------------===//

/// Returns `text` for a place where _arguments reads brackets and colons.
static std::string zshText(StringRef text) {
  std::string result;
  for (char c : text) {
    if (StringRef("[]:\\").contains(c))
      result += '\\';
    result += c;
  }
  return result;
}

static std::string zshAction(const Candidate &option) {
  switch (option.value) {
  case Value::None:
    return "";
  case Value::Word:
    return ":value:(" + join(option.words, " ") + ")";
  case Value::File:
    return ":file:_files";
  case Value::Folder:
    return ":folder:_files -/";
  case Value::Any:
    return ":value: ";
  }
  llvm_unreachable("every kind of value is handled");
}

static std::string zsh(ArrayRef<Command> commands) {
  std::string text = "#compdef tacit\n# Completion of tacit for zsh.\n\n_tacit() {\n"
                     "  if (( CURRENT == 2 )); then\n    local -a commands=(\n";
  raw_string_ostream os(text);
  for (const Command &command : commands)
    os << "      " << quote(command.name.str() + ":" + zshText(command.help)) << '\n';
  os << "    )\n    _describe 'subcommand' commands\n    return\n  fi\n"
        "  local command=$words[2]\n  shift words\n  (( CURRENT-- ))\n"
        "  case $command in\n";
  for (const Command &command : commands) {
    os << "    " << command.name << ")\n      _arguments \\\n";
    for (const Candidate &option : command.options)
      os << "        "
         << quote("*" + option.flag + "[" + zshText(option.help) + "]" + zshAction(option))
         << " \\\n";
    os << "        '*:file:_files' ;;\n";
  }
  os << "  esac\n}\n\n_tacit \"$@\"\n";
  return text;
}

//===----------------------------------------------------------------------===//
// fish
//===----------------------------------------------------------------------===//

static std::string fishOption(const Candidate &option) {
  StringRef name = StringRef(option.flag).ltrim('-');
  std::string text = (name.size() == 1 ? " -s " : " -l ") + name.str();
  switch (option.value) {
  case Value::None:
    break;
  case Value::Word:
    text += " -x -a " + quote(join(option.words, " "));
    break;
  case Value::File:
    text += " -r -F";
    break;
  case Value::Folder:
    text += " -x -a '(__fish_complete_directories)'";
    break;
  case Value::Any:
    text += " -x";
    break;
  }
  return text + " -d " + quote(option.help);
}

static std::string fish(ArrayRef<Command> commands) {
  std::string text = "# Completion of tacit for fish.\n";
  raw_string_ostream os(text);
  for (const Command &command : commands)
    os << "complete -c tacit -n __fish_use_subcommand -f -a " << command.name << " -d "
       << quote(command.help) << '\n';
  for (const Command &command : commands)
    for (const Candidate &option : command.options)
      os << "complete -c tacit -n '__fish_seen_subcommand_from " << command.name << "'"
         << fishOption(option) << '\n';
  return text;
}

llvm::Expected<std::string> tool::completionScript(StringRef shell,
                                                   ArrayRef<cl::SubCommand *> commands,
                                                   const cl::OptionCategory &category) {
  std::vector<Command> known = describe(commands, category);
  if (shell == "bash")
    return bash(known);
  if (shell == "zsh")
    return zsh(known);
  if (shell == "fish")
    return fish(known);
  return fail(ErrorKind::InvalidArgument, "tacit completion bash",
              "unknown shell '{}'; expected bash, zsh or fish", shell.str());
}
