# Every library of Orrery, found once. scripts/setup holds the Debian packages they come from.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(yaml REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(jansson REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(libmd REQUIRED IMPORTED_TARGET libmd)
pkg_check_modules(hdf5 REQUIRED IMPORTED_TARGET hdf5)
pkg_check_modules(libdeflate REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(webp REQUIRED IMPORTED_TARGET libwebpmux libwebp)
pkg_check_modules(gif REQUIRED IMPORTED_TARGET libgif)
pkg_check_modules(cglm REQUIRED IMPORTED_TARGET cglm)
pkg_check_modules(sdl2 REQUIRED IMPORTED_TARGET sdl2)
pkg_check_modules(cmocka IMPORTED_TARGET cmocka)

# Debian's dnnl-config.cmake insists on OpenCL's headers, which oneDNN on the CPU does not need.
find_library(DNNL_LIBRARY dnnl REQUIRED)
find_path(DNNL_INCLUDE_DIR oneapi/dnnl/dnnl.h REQUIRED)
if(NOT TARGET DNNL::dnnl)
  add_library(DNNL::dnnl UNKNOWN IMPORTED)
  set_target_properties(DNNL::dnnl PROPERTIES IMPORTED_LOCATION ${DNNL_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${DNNL_INCLUDE_DIR})
endif()

# Debian's Chipmunk has no pkg-config file; sim/ makes a private copy of the static archive.
find_library(CHIPMUNK_ARCHIVE libchipmunk.a REQUIRED)
find_path(CHIPMUNK_INCLUDE_DIR chipmunk/chipmunk.h REQUIRED)
# Debian's mujoco config names a folder that does not exist.
find_library(MUJOCO_LIBRARY mujoco REQUIRED)
find_path(MUJOCO_INCLUDE_DIR mujoco/mujoco.h REQUIRED)
find_path(STB_INCLUDE_DIR stb/stb_image_write.h REQUIRED)
find_path(RANDOM123_INCLUDE_DIR Random123/philox.h REQUIRED)
# Debian's Embree has no pkg-config file.
find_library(EMBREE_LIBRARY embree3 REQUIRED)
find_path(EMBREE_INCLUDE_DIR embree3/rtcore.h REQUIRED)
# For `orrery bench render` alone: what pictures are compared with.
pkg_check_modules(osmesa IMPORTED_TARGET osmesa)
pkg_check_modules(cairo IMPORTED_TARGET cairo)
