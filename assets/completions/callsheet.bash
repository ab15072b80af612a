# Completion of callsheet for bash. Load it with: source <(callsheet completions bash)
_callsheet() {
    local line=${COMP_LINE:0:COMP_POINT} current strip candidate
    local -a words
    read -ra words <<<"$line"
    [[ $line == *[[:blank:]] ]] && words+=('')
    current=${words[${#words[@]} - 1]}
    # Bash replaces only what stands behind its last word break, such as the @ of an address.
    strip=${current%"${COMP_WORDS[COMP_CWORD]}"}
    COMPREPLY=()
    while IFS= read -r candidate; do
        COMPREPLY+=("${candidate#"$strip"}")
    done < <("${words[0]}" completions bash -- "${words[@]}" 2>/dev/null)
    [[ ${COMPREPLY[0]} == */ ]] && compopt -o nospace
    return 0
}
complete -F _callsheet callsheet
