#!/bin/sh
# Prepares this machine: system packages, the virtual environment, pinned requirements.
#   sh scripts/setup.sh run    what the platform needs
#   sh scripts/setup.sh test   also what its tests need
# Does nothing when nothing changed since the last time.
set -eu
cd "$(dirname "$0")/.."

goal=${1:-run}
run_packages="python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-noto-cjk"
test_packages="postgresql chromium poppler-utils libasound2 libatomic1"
case $goal in
    run) packages=$run_packages requirements=requirements.txt ;;
    test) packages="$run_packages $test_packages" requirements=requirements-dev.txt ;;
    *) echo "用法：sh scripts/setup.sh run|test" >&2; exit 2 ;;
esac

say() { printf '%s\n' "$*"; }

state=$(cat "$0" requirements.txt "$requirements" | sha256sum | cut -c1-64)
stamp=.venv/.prepared-$goal
if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$state" ] && .venv/bin/python -c '' 2>/dev/null; then
    exit 0
fi

lacking_packages() {
    for package in $packages; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || printf '%s ' "$package"
    done
}

find_python() {
    for name in python3.11 python3.12 python3.13 python3; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            command -v "$name"
            return
        fi
    done
}

# 1. What the system lacks.
lacking=
if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "这不是 Debian 系的系统，请自行安装以下软件（名称因发行版而异）："
    say "  Python 3.11 以上（含 venv）、Pango 1.44 以上、harfbuzz-subset、fontconfig、Noto CJK 宋体与黑体"
    say "  例如：dnf install python3.11 pango harfbuzz fontconfig google-noto-serif-cjk-fonts google-noto-sans-cjk-fonts"
    [ "$goal" = run ] || say "  测试还需要：PostgreSQL 服务器、Chromium、poppler-utils"
else
    lacking=$(lacking_packages)
fi
if [ -n "$lacking" ] && [ "$(id -u)" = 0 ]; then
    say "正在安装系统软件：$lacking（约一至三分钟）"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends $lacking >/dev/null; } ||
        say "系统软件没有全部装上，原因见上。"
    lacking=$(lacking_packages)
fi
if [ -n "$lacking" ]; then
    say "系统还缺少：$lacking"
    say "请用管理员身份执行：apt-get install -y $lacking"
    [ "$goal" = run ] || exit 1
    say "现在先继续；缺少的部分会影响证书打印，可随时用 flask doctor 查看。"
fi

# 2. The virtual environment.
python=$(find_python)
if [ -z "$python" ] || ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    say "没有可用的 Python 3.11（含 venv）。请用管理员身份执行：apt-get install -y python3 python3-venv"
    exit 1
fi
if ! .venv/bin/python -c '' 2>/dev/null; then
    say "正在建立 Python 虚拟环境 .venv"
    rm -rf .venv
    "$python" -m venv .venv
fi

# 3. The pinned requirements.
say "正在安装 Python 依赖（$requirements，约一至三分钟）"
rm -f "$stamp"
{
    PYTHONUNBUFFERED=1 .venv/bin/python -m pip install --disable-pip-version-check --no-input --progress-bar off -r "$requirements" &&
        say "$state" >"$stamp"
} | sed -un 's/^Collecting \([^ ]*\).*/  · \1/p'
if [ ! -f "$stamp" ]; then # a pipe hides pip's own exit status
    say "Python 依赖没有装全，原因见上。请检查网络后重新执行同一命令。"
    exit 1
fi
