#!/usr/bin/env bash
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
#
# Brings WaveShift up on Alibaba Cloud Function Compute: checks tools and keys, builds and pushes the image, deploys deploy/s.yaml, verifies, and goes
# back to the image before when that fails. `./deploy.sh --dry-run` prints what it would do.
#
# Secrets come from the environment or the .env file, and go to other programs through their environment, their standard input or files that only this
# user can read; never on a command line, where everybody on the machine could see them.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cd "$here"

readonly exit_usage=2 exit_bad_input=3 exit_missing=4 exit_remote=5 exit_interrupted=130
readonly attempts=3

usage() {
  cat <<TEXT
usage: ./deploy.sh [--build-only | --deploy-only] [--skip-push] [--skip-verify] [--dry-run] [--region R] [--env-file FILE]
                   [--model LIST] [--variant cuda|cpu] [--tool auto|s|aliyun] [--help]
  --build-only   builds the image and stops
  --deploy-only  deploys the image IMAGE_TAG, which is in the registry already
  --skip-push    builds and deploys, but pushes nothing (the registry has this tag)
  --skip-verify  does not ask the deployment whether it works; nothing is rolled back then
  --dry-run      prints the commands and runs none
  --region R     region (REGION in .env, else cn-hangzhou)
  --env-file F   file with keys (.env when there is one); the environment wins over it. .env.template lists all keys
  --model LIST   models in the image: default, none, or names with commas (DEPLOY_MODELS)
  --variant V    cuda or cpu (DEPLOY_VARIANT, else cuda)
  --tool T       s: Serverless Devs; aliyun: Alibaba Cloud's CLI (default: s when it is there)
Exit codes: 0 deployed and verified, 1 the image could not be built, 2 usage, 3 a file is wrong, 4 a tool or key is missing, 5 registry, platform or
verification failed (and the image before is back, if there was one), 130 interrupted.
TEXT
}

say() { printf 'deploy: %s\n' "$*" >&2; }
fail() {
  local code=$1
  shift
  say "$*"
  exit "$code"
}

# --- arguments and keys ---------------------------------------------------------------------------------------------------------------------

build=1 deploy=1 push=1 verify=1 dry_run=0 env_file='' tool=auto
declare -A asked=()
file_keys=()

parse_arguments() {
  while (($# > 0)); do
    case $1 in
      --build-only) deploy=0 push=0 verify=0 ;;
      --deploy-only) build=0 push=0 ;;
      --skip-push) push=0 ;;
      --skip-verify) verify=0 ;;
      --dry-run) dry_run=1 ;;
      --region | --env-file | --model | --variant | --tool)
        [[ -n ${2:-} ]] || fail $exit_usage "$1 wants a value"
        asked[${1#--}]=$2
        shift
        ;;
      --help | -h)
        usage
        exit 0
        ;;
      *) fail $exit_usage "unknown argument $1 (see ./deploy.sh --help)" ;;
    esac
    shift
  done
  ((build || deploy)) || fail $exit_usage "--build-only and --deploy-only exclude each other"
  env_file=${asked[env-file]:-}
  tool=${asked[tool]:-auto}
  [[ $tool =~ ^(auto|s|aliyun)$ ]] || fail $exit_usage "--tool must be auto, s or aliyun, not $tool"
}

# KEY=value lines; nothing in them is executed. What the environment has already stays. They become variables of this shell: other programs get only
# what is meant for them.
load_env_file() {
  local line number=0 key value
  while IFS= read -r line || [[ -n $line ]]; do
    number=$((number + 1))
    line=${line%$'\r'}
    [[ $line =~ ^[[:space:]]*(#.*)?$ ]] && continue
    [[ $line =~ ^[[:space:]]*(export[[:space:]]+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$ ]] || fail $exit_bad_input "$1 line $number: is not KEY=value"
    key=${BASH_REMATCH[2]}
    value=${BASH_REMATCH[3]}
    if [[ $value =~ ^\"(.*)\"[[:space:]]*$ || $value =~ ^\'(.*)\'[[:space:]]*$ ]]; then
      value=${BASH_REMATCH[1]}
    else
      value=${value%%[[:space:]]#*}
      value=${value%"${value##*[![:space:]]}"}
    fi
    [[ -z $value ]] || file_keys+=("$key")
    [[ -z $value || -n ${!key:-} ]] || printf -v "$key" '%s' "$value"
  done <"$1"
}

fill_defaults() {
  [[ -z ${asked[region]:-} ]] || REGION=${asked[region]}
  [[ -z ${asked[model]:-} ]] || DEPLOY_MODELS=${asked[model]}
  [[ -z ${asked[variant]:-} ]] || DEPLOY_VARIANT=${asked[variant]}
  : "${REGION:=cn-hangzhou}" "${FUNCTION_NAME:=waveshift}" "${IMAGE_NAME:=waveshift}" "${DEPLOY_MODELS:=default}" "${DEPLOY_VARIANT:=cuda}"
  : "${DEPLOY_REGISTRY:=registry.$REGION.aliyuncs.com}"
  if [[ -z ${IMAGE_TAG:-} ]] && ((build)); then
    local version
    version=$(sed -nE 's/^project\(waveshift VERSION ([0-9.]+).*/\1/p' CMakeLists.txt)
    IMAGE_TAG=$version-$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)-$(date -u +%Y%m%d%H%M%S)
  fi
  [[ $REGION =~ ^[a-z]{2}-[a-z]+(-[0-9])?$ ]] || fail $exit_bad_input "REGION: is no region: $REGION"
  # Log projects are named after the function and have no capitals.
  [[ $FUNCTION_NAME =~ ^[a-z][a-z0-9-]{0,41}$ ]] || fail $exit_bad_input "FUNCTION_NAME: a small letter, then small letters, digits and -: $FUNCTION_NAME"
  [[ -z ${NAMESPACE:-} || $NAMESPACE =~ ^[a-z0-9]+([._-]+[a-z0-9]+)*$ ]] || fail $exit_bad_input "NAMESPACE: is no namespace of a registry: $NAMESPACE"
  [[ $IMAGE_NAME =~ ^[a-z0-9]+([._-]+[a-z0-9]+)*$ ]] || fail $exit_bad_input "IMAGE_NAME: is no repository's name: $IMAGE_NAME"
  [[ $DEPLOY_REGISTRY =~ ^[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]+)?$ ]] || fail $exit_bad_input "DEPLOY_REGISTRY: is no host: $DEPLOY_REGISTRY"
  [[ $DEPLOY_VARIANT =~ ^(cuda|cpu)$ ]] || fail $exit_bad_input "DEPLOY_VARIANT: must be cuda or cpu, not $DEPLOY_VARIANT"
  [[ -z ${IMAGE_TAG:-} || $IMAGE_TAG =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$ ]] || fail $exit_bad_input "IMAGE_TAG: is no tag: $IMAGE_TAG"
  [[ ${IMAGE_TAG:-} != latest ]] || fail $exit_bad_input "IMAGE_TAG: latest cannot be told from the image before; leave it empty"
  DEPLOY_IMAGE=$DEPLOY_REGISTRY/${NAMESPACE:-NAMESPACE}/$IMAGE_NAME:${IMAGE_TAG:-TAG}
}

choose_tool() {
  [[ $tool == auto ]] || return 0
  tool=s
  if ! command -v s >/dev/null && command -v aliyun >/dev/null; then tool=aliyun; fi
}

# The program that verifies: installed, or built here.
waveshift_program() { command -v waveshift || { [[ -x build/release/src/app/waveshift ]] && echo build/release/src/app/waveshift; }; }

# Everything that is missing, in one go.
check_needs() {
  local missing=() keys=() key name
  local -A wanted=()
  if ((build || push)); then wanted[docker]="Docker"; fi
  if ((deploy)); then
    wanted[python3]="Python 3"
    case $tool in
      s) wanted[s]="Serverless Devs: npm install -g @serverless-devs/s" ;;
      aliyun) wanted[aliyun]="Alibaba Cloud's CLI" ;;
    esac
    ((!verify)) || wanted[curl]="curl"
  fi
  for name in "${!wanted[@]}"; do command -v "$name" >/dev/null || missing+=("$name (${wanted[$name]})"); done
  if ((deploy)) && command -v python3 >/dev/null && ! python3 -c 'import yaml' 2>/dev/null; then missing+=("python3-yaml (PyYAML)"); fi
  if ((deploy && verify)) && ! waveshift_program >/dev/null; then missing+=("waveshift (make demo builds it)"); fi
  if ((push || deploy)); then keys+=(NAMESPACE); fi
  ((!push)) || keys+=(DEPLOY_REGISTRY_USER DEPLOY_REGISTRY_PASSWORD)
  if ((deploy)); then
    keys+=(ALIYUN_ACCESS_KEY_ID ALIYUN_ACCESS_KEY_SECRET)
    ((build)) || keys+=(IMAGE_TAG)
    # What s.yaml takes from the environment and has no default for.
    while IFS= read -r key; do [[ $key == *=* || $key == DEPLOY_IMAGE ]] || keys+=("$key"); done < <(needed_variables)
  fi
  for key in "${keys[@]}"; do [[ -n ${!key:-} ]] || missing+=("$key"); done
  ((${#missing[@]} > 0)) || return 0
  local list
  list=$(printf '%s, ' "${missing[@]}")
  if ((dry_run)); then
    say "missing: ${list%, }"
  else
    fail $exit_missing "missing: ${list%, } (keys go into .env, see .env.template)"
  fi
}

# Whoever has set a key expects it to have an effect.
say_what_stays_here() {
  local key handed ours='^(ALIYUN_|DEPLOY_|IMAGE_|REGION$|NAMESPACE$|FUNCTION_NAME$)' left=''
  handed=$(variables_of_descriptor)
  for key in ${file_keys[@]+"${file_keys[@]}"}; do
    [[ $key =~ $ours ]] || grep -qx "$key" <<<"$handed" || left+=" $key"
  done
  [[ -z $left ]] || say "not handed to the functions (environmentVariables in deploy/s.yaml says what is):$left"
}

needed_variables() { grep -oE "env\('[A-Z0-9_]+'\)" deploy/s.yaml | sed -E "s/.*'(.*)'.*/\1/" | sort -u; }

# --- running other programs -----------------------------------------------------------------------------------------------------------------

exec 3>&1
child=0
interrupted=0

# The one way to start another program that changes something or asks somebody. In a dry run it prints the command instead. What `input` holds goes to
# its standard input, and the variables that `with` names into its environment. It runs beside this shell, so that a signal is answered at once.
run() {
  local code=0
  if ((dry_run)); then
    # Also where the caller wants the answer.
    printf '%q ' "$@" >&3
    printf '\n' >&3
    return 0
  fi
  (
    for name in ${with-}; do export "$name=${!name-}"; done
    trap - INT TERM
    if [[ -n ${input-} ]]; then exec "$@" < <(printf '%s' "$input"); else exec "$@" </dev/null; fi
  ) &
  child=$!
  wait "$child" || code=$?
  # A signal ends the wait, not the child: nothing else begins before it has ended.
  while kill -0 "$child" 2>/dev/null; do wait "$child" || code=$?; done
  child=0
  ((!interrupted)) || return $exit_interrupted
  return "$code"
}

retry() {
  local attempt code=0
  for ((attempt = 1; attempt <= attempts; ++attempt)); do
    code=0
    run "$@" || code=$?
    if ((code == 0 || interrupted || attempt == attempts)); then break; fi
    say "$1 ended with $code, trying again"
    sleep "${DEPLOY_RETRY_SECONDS:-5}"
  done
  return "$code"
}

stage=start
# The first signal ends the program that runs, the second one kills it.
on_signal() {
  local how=-TERM
  ((!interrupted)) || how=-KILL
  interrupted=1
  ((child == 0)) || kill $how "$child" 2>/dev/null || true
}

# --- the steps ------------------------------------------------------------------------------------------------------------------------------

build_image() {
  stage=build
  say "building $DEPLOY_IMAGE"
  run deploy/image.sh --builder docker --variant "$DEPLOY_VARIANT" --models "$DEPLOY_MODELS" --tag "$DEPLOY_IMAGE" || give_up 1 "the image could not be built"
}

push_image() {
  stage=push
  say "pushing $DEPLOY_IMAGE"
  local input=${DEPLOY_REGISTRY_PASSWORD:-}
  retry docker login --username "${DEPLOY_REGISTRY_USER:-USER}" --password-stdin "$DEPLOY_REGISTRY" ||
    give_up $exit_remote "the registry $DEPLOY_REGISTRY refused the login"
  input=''
  retry docker push "$DEPLOY_IMAGE" || give_up $exit_remote "the image could not be pushed"
}

state_file() { echo "build/deploy/$REGION.$FUNCTION_NAME.image"; }

# What deploy/s.yaml asks for.
variables_of_descriptor() { grep -oE "env\('[A-Z0-9_]+'" deploy/s.yaml | cut -d "'" -f 2 | sort -u; }

# The vendor's tools with this account's key, which they read from their environment.
with_serverless_devs() {
  # They are used by name.
  # shellcheck disable=SC2034
  local AccountID=${ALIYUN_ACCOUNT_ID:-} AccessKeyID=${ALIYUN_ACCESS_KEY_ID:-} AccessKeySecret=${ALIYUN_ACCESS_KEY_SECRET:-}
  local with
  with="AccountID AccessKeyID AccessKeySecret $(variables_of_descriptor | filled)"
  run s "$@"
}
with_aliyun() {
  # shellcheck disable=SC2034
  local ALIBABA_CLOUD_ACCESS_KEY_ID=${ALIYUN_ACCESS_KEY_ID:-} ALIBABA_CLOUD_ACCESS_KEY_SECRET=${ALIYUN_ACCESS_KEY_SECRET:-}
  local with='ALIBABA_CLOUD_ACCESS_KEY_ID ALIBABA_CLOUD_ACCESS_KEY_SECRET'
  run aliyun fc "$1" "/2023-03-30/$2" --region "$REGION" "${@:3}"
}
descriptor() {
  local with
  with=$(variables_of_descriptor | filled)
  run python3 deploy/descriptor.py "$@"
}
# Of the names on standard input those that have a value, on one line: for the others deploy/s.yaml has defaults.
filled() {
  local name names=''
  while read -r name; do [[ -z ${!name:-} ]] || names+="$name "; done
  printf '%s' "$names"
}

# Which image the function runs now: what the platform says, else what was last verified from this folder; nothing before the first deployment.
find_previous() {
  local answer
  previous=''
  if ((dry_run)); then return 0; fi
  if command -v aliyun >/dev/null; then
    answer=$(with_aliyun GET "functions/$FUNCTION_NAME" 2>/dev/null) || answer=''
    [[ $answer =~ \"image\":[[:space:]]*\"([^\"]+)\" ]] && previous=${BASH_REMATCH[1]}
  fi
  if [[ -z $previous && -s $(state_file) ]]; then previous=$(<"$(state_file)"); fi
  ((!interrupted)) || give_up $exit_interrupted "interrupted"
}

deploy_image() {
  if [[ $tool == s ]]; then with_serverless_devs deploy -t deploy/s.yaml -y; else deploy_with_aliyun; fi
}

deploy_with_aliyun() {
  local folder code=0
  if ((dry_run)); then
    with_aliyun PUT "functions/$FUNCTION_NAME" --body-file FILE
    say "and the same for triggers, asynchronous calls, instances, and $FUNCTION_NAME-control"
    return 0
  fi
  folder=$(mktemp -d)
  put_bodies "$folder" || code=$?
  rm -rf "$folder"
  return "$code"
}

# Changes each thing; makes it when it is not there.
put_bodies() {
  local plan path body new_path new_body
  plan=$(descriptor bodies deploy/s.yaml "$1") || return
  while read -r path body new_path new_body; do
    if [[ -n $new_path ]] && ! with_aliyun GET "$path" >/dev/null 2>&1; then
      ((!interrupted)) || return $exit_interrupted
      with_aliyun POST "$new_path" --body-file "$1/$new_body" >&2 || return
    else
      with_aliyun PUT "$path" --body-file "$1/$body" >&2 || return
    fi
  done <<<"$plan"
  wait_until_ready "$FUNCTION_NAME" && wait_until_ready "$FUNCTION_NAME-control"
}

# A new image is prepared by the platform before the function can be called; usually in minutes.
wait_until_ready() {
  local answer waited=0 step=${DEPLOY_WAIT_STEP_SECONDS:-10}
  while ((waited <= 2400)); do
    answer=$(with_aliyun GET "functions/$1") || return
    [[ $answer =~ \"(state|lastUpdateStatus)\":[[:space:]]*\"(Pending|InProgress)\" ]] || break
    say "$1 is being prepared"
    sleep "$step"
    waited=$((waited + step + 1))
  done
  [[ ! $answer =~ \"(state|lastUpdateStatus)\":[[:space:]]*\"(Pending|InProgress|Failed)\" ]] || {
    say "$1: ${BASH_REMATCH[1]} is ${BASH_REMATCH[2]}"
    return $exit_remote
  }
}

# address_of gpu|control NAME: where a function's HTTP trigger is.
address_of() {
  local answer
  if [[ $tool == s ]]; then
    answer=$(with_serverless_devs "$1" info -t deploy/s.yaml -o json) || return
  else
    answer=$(with_aliyun GET "functions/$2/triggers/http") || return
  fi
  if ((dry_run)); then
    echo "https://$2"
    return 0
  fi
  # The public one: the address within the vendor's own network ends in -vpc or -intranet.
  grep -oE 'https?://[A-Za-z0-9.-]+\.fcapp\.run' <<<"$answer" | grep -vE -- '-(vpc|intranet)\.' | sed 's/^http:/https:/' | head -n 1 | grep .
}

verify_deployment() {
  local gpu control program
  gpu=$(address_of gpu "$FUNCTION_NAME") || return
  control=$(address_of control "$FUNCTION_NAME-control") || return
  program=$(waveshift_program) || program=waveshift
  say "verifying $gpu (this wakes one instance) and $control"
  retry curl --silent --show-error --fail --max-time 120 --output /dev/null "$control/api/health" || return
  # The token goes along in the environment.
  local with=WAVESHIFT_API_TOKEN
  run "$program" verify "$gpu" --status-url "$control" --wait 300 || return
  say "in use: $gpu for POST /api/start_tts and /v1/, $control for everything else"
}

roll_back() {
  if [[ -z $previous || $previous == "$DEPLOY_IMAGE" ]]; then
    say "there is no image before to go back to: $FUNCTION_NAME stays as it is"
    return 0
  fi
  say "going back to $previous; the configuration of this run stays, and jobs that are running end on the instances that they are on"
  DEPLOY_IMAGE=$previous
  interrupted=0
  if deploy_image; then
    say "$FUNCTION_NAME runs $previous again"
  else
    say "going back failed as well: deploy $previous by hand (IMAGE_TAG=${previous##*:} ./deploy.sh --deploy-only)"
  fi
}

# Ends the run; undoes what has begun to change the platform.
give_up() {
  local code=$1
  shift
  if ((interrupted)); then
    code=$exit_interrupted
    say "interrupted"
  else
    say "$*"
  fi
  if [[ $stage == deploy || $stage == verify ]]; then roll_back; fi
  exit "$code"
}

# Before anything is built: what cannot be deployed need not be.
check_descriptor() {
  say_what_stays_here
  if ((!dry_run)); then
    descriptor check deploy/s.yaml >&2 || give_up $exit_bad_input "deploy/s.yaml is wrong"
  fi
}

deploy_and_verify() {
  find_previous
  stage=deploy
  say "deploying $FUNCTION_NAME and $FUNCTION_NAME-control in $REGION with $tool"
  deploy_image || give_up $exit_remote "the deployment failed"
  if ((verify)); then
    stage=verify
    verify_deployment || give_up $exit_remote "the deployment does not work"
  fi
  ((dry_run)) && return 0
  mkdir -p build/deploy
  printf '%s\n' "$DEPLOY_IMAGE" >"$(state_file)"
}

main() {
  parse_arguments "$@"
  if [[ -n $env_file ]]; then
    [[ -f $env_file && -r $env_file ]] || fail $exit_bad_input "$env_file: cannot be read"
    load_env_file "$env_file"
  elif [[ -e .env ]]; then
    [[ -f .env && -r .env ]] || fail $exit_bad_input ".env: cannot be read"
    load_env_file .env
  fi
  fill_defaults
  choose_tool
  check_needs
  trap on_signal INT TERM
  ((!deploy)) || check_descriptor
  ((!build)) || build_image
  ((!push)) || push_image
  ((!deploy)) || deploy_and_verify
  say "done"
}

main "$@"
