#!/bin/sh
# Prepares a virtual environment: environment.sh FOLDER book|test|sphinx|fresh.
# Every way in which this can fail on a fresh machine ends in a sentence that says what to do.
set -eu
folder=$1
what=$2
torch_cpu=https://download.pytorch.org/whl/cpu

fail() {
    printf '\nThe environment could not be prepared: %s\n' "$1" >&2
    exit 1
}

find_python() {
    for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11 python3 python; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    fail "Python 3.11, 3.12 or 3.13 is needed and was not found. Install one (python.org, your system's
packages, or conda) and run make again, or name it: make PYTHON=/path/to/python3.12 ..."
}

free_megabytes() {
    df -Pm . | awk 'NR == 2 { print $4 }'
}

install() {
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$@" && return
    if [ "$(free_megabytes)" -lt 200 ]; then
        fail "the disk is full. Free 5 GB and run make again."
    fi
    fail "pip could not install what the book needs; its own message stands above. Without a network
this step cannot work: connect and run make again, which goes on where it stopped."
}

# The default index has a build for graphics cards of several GB on Linux; ask for the small one first.
install_torch() {
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --retries 1 --timeout 20 \
        --index-url "$torch_cpu" "$@" 2>/dev/null || install "$@"
}

if [ ! -x "$folder/bin/python" ]; then
    python=$(find_python)
    [ "$(free_megabytes)" -ge 5000 ] || fail "5 GB of free disk are needed, $(free_megabytes) MB are free here."
    echo "Making the environment $folder with $("$python" --version) ..."
    "$python" -m venv "$folder" || {
        rm -rf "$folder"
        fail "Python has no working venv module. On Debian and Ubuntu: sudo apt-get install python3-venv"
    }
fi
case $what in
book)
    echo "Installing what builds and runs the book (some minutes the first time) ..."
    "$folder/bin/python" -c 'import torch' 2>/dev/null || install_torch "$(grep '^torch==' requirements.txt)"
    install -r requirements.txt
    install --no-deps --no-build-isolation --editable .
    ;;
test)
    echo "Installing what tests it ..."
    install -r requirements-test.txt
    ;;
sphinx)
    echo "Installing what builds and tests it with today's Sphinx ..."
    install_torch "$(grep '^torch==' requirements-sphinx.txt)"
    install -r requirements-sphinx.txt
    install -r requirements-test.txt
    install --no-deps --no-build-isolation --editable .
    ;;
fresh)
    echo "Installing the newest versions instead of the pinned ones ..."
    install_torch --upgrade torch
    names=$folder/names.txt
    # Without torch: an upgrade would take it from the default index. What it needs follows by itself.
    # Without Jupyter Book 1, which would keep Sphinx old.
    sed -E 's/(==|>=)[^;]*//; /^-c /d; /^#/d; /^(torch|jupyter-book)$/d' requirements*.in | sort -u >"$names"
    install --upgrade -r "$names"
    install torch
    install --no-deps --no-build-isolation --editable .
    ;;
esac
# Each kernel warns that its connections, which stay on this machine, are not encrypted: a line a notebook.
mkdir -p "$folder/etc/ipython"
echo 'c.IPKernelApp.log_level = "ERROR"' >"$folder/etc/ipython/ipython_kernel_config.py"
