# Completion of callsheet for fish. Load it with: callsheet completions fish | source
function __callsheet_words
    set -l words (commandline -opc) (commandline -ct)
    $words[1] completions fish -- $words 2>/dev/null | while read -l value
        read -l help
        printf '%s\t%s\n' $value $help
    end
end
complete -c callsheet -f -a '(__callsheet_words)'
