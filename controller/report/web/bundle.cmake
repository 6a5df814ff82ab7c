# Makes report.js, report.css and missing.txt for the report: the first two from npm's packages with
# esbuild, or all but empty with the reason in the third. Run by the build, again when a source or
# the lock file changed:
#   cmake -DNODE=... -DNPM=... -DSOURCE=controller/report/web -DWORK=build folder -DREQUIRED=ON|OFF
#         -P bundle.cmake
set(install "install Debian's packages nodejs and npm, see that npm reaches its registry, and \
build knead again")

function(give_up reason)
  if(REQUIRED)
    message(FATAL_ERROR "KNEAD_WEB is ON, and the report's script can't be made: ${reason}")
  endif()
  message(WARNING "reports will hold still pictures only: ${reason}; ${install}")
  file(WRITE ${WORK}/report.js "")
  file(WRITE ${WORK}/report.css "")
  file(WRITE ${WORK}/missing.txt "${reason}. For the moving ones, ${install}.")
  file(TOUCH ${WORK}/failed)
endfunction()

# The packages, in the build folder; again only when their list changed.
function(fetch_packages result)
  set(${result} TRUE PARENT_SCOPE)
  file(SHA256 ${SOURCE}/package-lock.json wanted)
  if(EXISTS ${WORK}/packages.stamp)
    file(READ ${WORK}/packages.stamp there)
    if(there STREQUAL wanted)
      return()
    endif()
  endif()
  file(COPY ${SOURCE}/package.json ${SOURCE}/package-lock.json DESTINATION ${WORK})
  execute_process(
    COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --prefer-offline --fetch-retries=1
            --fetch-retry-mintimeout=1000 --fetch-timeout=60000
    WORKING_DIRECTORY ${WORK} RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said
    TIMEOUT 300)
  if(NOT status EQUAL 0)
    message(STATUS "${said}")
    set(${result} FALSE PARENT_SCOPE)
    return()
  endif()
  file(WRITE ${WORK}/packages.stamp ${wanted})
endfunction()

file(MAKE_DIRECTORY ${WORK})
file(REMOVE ${WORK}/failed)
fetch_packages(fetched)
if(NOT fetched)
  give_up("npm could not fetch the packages of the report's charts when knead was built")
  return()
endif()
# The packages' licences want to go along.
set(banner "/*!")
foreach(package uplot three)
  file(READ ${WORK}/node_modules/${package}/LICENSE licence)
  string(APPEND banner " ${package}\n${licence}\n")
endforeach()
string(APPEND banner "*/")
# esbuild writes </script as <\/script, so that the script may stand inside a page.
execute_process(
  COMMAND ${CMAKE_COMMAND} -E env NODE_PATH=${WORK}/node_modules ${NODE}
          ${WORK}/node_modules/esbuild/bin/esbuild ${SOURCE}/src/report.js --bundle --minify
          --format=iife --target=es2020 --charset=utf8 --legal-comments=none --log-level=warning
          --banner:js=${banner}
          --outfile=${WORK}/report.js
  RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(NOT status EQUAL 0)
  message(STATUS "${said}")
  give_up("esbuild could not bundle the report's script when knead was built")
  return()
endif()
file(WRITE ${WORK}/missing.txt "")
