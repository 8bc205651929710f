# find_package(spritefarm) gives those of these targets whose library is installed:
#
#   spritefarm::futures          the shared library if BUILD_SHARED_LIBS is true, else the static one; or the only one
#   spritefarm::futures_static   libspritefarm.a, position independent
#   spritefarm::futures_shared   libspritefarm.so
#   spritefarm::cluster          the same choice of libspritefarm-cluster, of the component `cluster`: only if it was
#   spritefarm::cluster_static   installed, and librabbitmq is here; with spritefarm::futures of the same kind
#   spritefarm::cluster_shared
include(CMakeFindDependencyMacro)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_dependency(Threads)

# The prefix is the folder above this one that has the headers. The libraries are in its lib/, or as Debian's packages have
# them in lib/<triplet>/.
set(_spritefarm_prefix "${CMAKE_CURRENT_LIST_DIR}")
while(NOT EXISTS "${_spritefarm_prefix}/include/spritefarm/version.hpp" AND NOT _spritefarm_prefix STREQUAL "/")
  get_filename_component(_spritefarm_prefix "${_spritefarm_prefix}" DIRECTORY)
endwhile()
set(_spritefarm_folder "${_spritefarm_prefix}/lib/${CMAKE_LIBRARY_ARCHITECTURE}")
if(NOT EXISTS "${_spritefarm_folder}/libspritefarm.a" AND NOT EXISTS "${_spritefarm_folder}/libspritefarm.so")
  set(_spritefarm_folder "${_spritefarm_prefix}/lib")
endif()

set(_spritefarm_default)
foreach(_spritefarm_kind static shared)
  set(_spritefarm_file "${_spritefarm_folder}/libspritefarm.a")
  if(_spritefarm_kind STREQUAL "shared")
    set(_spritefarm_file "${_spritefarm_folder}/libspritefarm.so")
  endif()
  if(EXISTS "${_spritefarm_file}")
    if(NOT TARGET spritefarm::futures_${_spritefarm_kind})
      string(TOUPPER ${_spritefarm_kind} _spritefarm_type)
      add_library(spritefarm::futures_${_spritefarm_kind} ${_spritefarm_type} IMPORTED)
      set_target_properties(spritefarm::futures_${_spritefarm_kind} PROPERTIES
        IMPORTED_LOCATION "${_spritefarm_file}"
        INTERFACE_INCLUDE_DIRECTORIES "${_spritefarm_prefix}/include"
        INTERFACE_COMPILE_FEATURES cxx_std_20
        INTERFACE_LINK_LIBRARIES Threads::Threads)
    endif()
    if(NOT _spritefarm_default OR BUILD_SHARED_LIBS)
      set(_spritefarm_default spritefarm::futures_${_spritefarm_kind})
    endif()
  endif()
endforeach()
if(NOT _spritefarm_default)
  set(spritefarm_FOUND FALSE)
  set(spritefarm_NOT_FOUND_MESSAGE "neither libspritefarm.a nor libspritefarm.so is in ${_spritefarm_folder}")
elseif(NOT TARGET spritefarm::futures)
  add_library(spritefarm::futures INTERFACE IMPORTED)
  set_target_properties(spritefarm::futures PROPERTIES INTERFACE_LINK_LIBRARIES ${_spritefarm_default})
endif()
set(spritefarm_futures_FOUND TRUE)
find_library(SPRITEFARM_RABBITMQ_LIBRARY rabbitmq)
mark_as_advanced(SPRITEFARM_RABBITMQ_LIBRARY)
set(_spritefarm_default)
foreach(_spritefarm_kind static shared)
  set(_spritefarm_file "${_spritefarm_folder}/libspritefarm-cluster.a")
  if(_spritefarm_kind STREQUAL "shared")
    set(_spritefarm_file "${_spritefarm_folder}/libspritefarm-cluster.so")
  endif()
  if(SPRITEFARM_RABBITMQ_LIBRARY AND EXISTS "${_spritefarm_file}" AND TARGET spritefarm::futures_${_spritefarm_kind})
    if(NOT TARGET spritefarm::cluster_${_spritefarm_kind})
      string(TOUPPER ${_spritefarm_kind} _spritefarm_type)
      add_library(spritefarm::cluster_${_spritefarm_kind} ${_spritefarm_type} IMPORTED)
      set_target_properties(spritefarm::cluster_${_spritefarm_kind} PROPERTIES
        IMPORTED_LOCATION "${_spritefarm_file}"
        INTERFACE_LINK_LIBRARIES "spritefarm::futures_${_spritefarm_kind};${SPRITEFARM_RABBITMQ_LIBRARY}")
    endif()
    if(NOT _spritefarm_default OR BUILD_SHARED_LIBS)
      set(_spritefarm_default spritefarm::cluster_${_spritefarm_kind})
    endif()
  endif()
endforeach()
if(_spritefarm_default)
  set(spritefarm_cluster_FOUND TRUE)
  if(NOT TARGET spritefarm::cluster)
    add_library(spritefarm::cluster INTERFACE IMPORTED)
    set_target_properties(spritefarm::cluster PROPERTIES INTERFACE_LINK_LIBRARIES ${_spritefarm_default})
  endif()
endif()
foreach(_spritefarm_component ${spritefarm_FIND_COMPONENTS})
  if(NOT spritefarm_${_spritefarm_component}_FOUND AND spritefarm_FIND_REQUIRED_${_spritefarm_component})
    set(spritefarm_FOUND FALSE)
    set(spritefarm_NOT_FOUND_MESSAGE "its component '${_spritefarm_component}' is not installed, or needs librabbitmq")
  endif()
endforeach()
unset(_spritefarm_component)
unset(_spritefarm_prefix)
unset(_spritefarm_folder)
unset(_spritefarm_default)
unset(_spritefarm_kind)
unset(_spritefarm_file)
unset(_spritefarm_type)
