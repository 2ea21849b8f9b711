#!/bin/sh
# Builds the site: build.sh ENVIRONMENT. Nothing is done when nothing has changed since the last build.
set -eu
environment=$1
made=_build/made # when and how the site was built

# How: another address of the book, or another environment, makes other pages.
how=$(echo "$environment"; env | grep '^BOOK_' | sort)
if [ -f _build/html/index.html ] && [ "$(cat "$made" 2>/dev/null)" = "$how" ] && [ -z "$(
    find book lecturelib sphinxext fast_numpy conf.py _config.yml _toc.yml requirements*.txt \
        \( -name '.*' -o -name __pycache__ \) -prune -o -newer "$made" -print | head -n 1
)" ]; then
    echo "Nothing has changed since the book was built."
    exit
fi
mkdir -p _build
echo "$how" >"$made.new" # before the build: what is saved during it is newer
# A page whose warning stopped the build must be read again, or the next build would not see it.
"$environment/bin/python" -m sphinx -W --keep-going --quiet -d _build/doctrees . _build/html || {
    rm -rf _build/doctrees "$made" "$made.new"
    printf '\nThe book was not built: the warnings and errors stand above.\n'
    exit 1
}
mv "$made.new" "$made"
echo "The book is in _build/html: open _build/html/index.html"
